"""What is said on `/ws/`: commands in, messages out, limits, close codes. No I/O.

The TypedDicts below are the one source: the JSON Schemas, the checks on what comes in and the page
docs/reference/socket.md follow from them.
"""

import enum
import functools
import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, TypedDict, cast

import jsonschema_rs

from accounts import json_gate
from accounts.errors import BeamportError
from realtime.schemas import bounds, schema_of

VERSION = 1
MAX_COMMAND_BYTES = 64 * 1024
MAX_MESSAGE_BYTES = 256 * 1024
MAX_SUBSCRIPTIONS = 64
MAX_COMMAND_DEPTH = 8
MAX_FAULTS = 20
MAX_COMMANDS_PER_SECOND = 100
HEARTBEAT_S = 1.0

TopicName = Annotated[str, bounds(minLength=3, maxLength=200)]
Ordinal = Annotated[int, bounds(minimum=-1, maximum=2**53 - 1)]
Count = Annotated[int, bounds(minimum=0, maximum=2**53 - 1)]


class Subscribe(TypedDict):
    """Ask for a topic, from after `since` on; without `since` from the beginning or the present state."""

    type: Literal["subscribe"]
    topic: TopicName
    since: NotRequired[Ordinal | None]


class Unsubscribe(TypedDict):
    """Ask for no more messages of a topic."""

    type: Literal["unsubscribe"]
    topic: TopicName


class Ping(TypedDict):
    """Ask for a pong with the same number."""

    type: Literal["ping"]
    n: Count


Command = Subscribe | Unsubscribe | Ping


class Limits(TypedDict):
    """What one socket may send, get and hold."""

    command_bytes: int
    message_bytes: int
    subscriptions: int


class Welcome(TypedDict):
    """First message of the server: who the socket acts for, and what holds on it."""

    type: Literal["welcome"]
    protocol: int
    username: str
    server_time: float
    heartbeat_s: float
    limits: Limits


class Subscribed(TypedDict):
    """The topic is followed from now on; `seq` is the newest sequence number the server knows."""

    type: Literal["subscribed"]
    topic: TopicName
    seq: Ordinal


class Unsubscribed(TypedDict):
    """The topic is followed no more."""

    type: Literal["unsubscribed"]
    topic: TopicName


class Message(TypedDict):
    """News of one topic."""

    type: Literal["message"]
    topic: TopicName
    seq: Ordinal
    server_time: float
    payload: dict[str, Any]


class Reset(TypedDict):
    """What was asked since is gone: fetch the topic by REST and subscribe again."""

    type: Literal["reset"]
    topic: TopicName


class Error(TypedDict):
    """A command was refused, or a topic had to end."""

    type: Literal["error"]
    code: str
    detail: str
    topic: NotRequired[str]


class Pong(TypedDict):
    """Answer to a ping."""

    type: Literal["pong"]
    n: Count


class Heartbeat(TypedDict):
    """Sent each second; `delayed` says that news comes late because the broker or the store is away."""

    type: Literal["heartbeat"]
    server_time: float
    delayed: bool


ServerMessage = Welcome | Subscribed | Unsubscribed | Message | Reset | Error | Pong | Heartbeat


class EventBatch(TypedDict):
    """Events of one descriptor with consecutive ordinals, as columns.

    `omitted` names data keys whose values are too large for the socket (null in `data`): fetch them by REST.
    """

    ordinal_first: Count
    ordinal_last: Count
    descriptor: str
    seq_num: list[int]
    time: list[Any]
    data: dict[str, list[Any]]
    omitted: NotRequired[list[str]]


class RunPayload(TypedDict):
    """Payload of `run:<uid>`: the documents `first` to `last` of one run.

    A document is [ordinal, name, document]; the document is null when it is too large for the socket.
    """

    run: str
    first: Count
    last: Count
    documents: list[tuple[int, str, dict[str, Any] | None]]
    events: list[EventBatch]


COMMANDS: dict[str, Any] = {"subscribe": Subscribe, "unsubscribe": Unsubscribe, "ping": Ping}
MESSAGES: dict[str, Any] = {
    "welcome": Welcome,
    "subscribed": Subscribed,
    "unsubscribed": Unsubscribed,
    "message": Message,
    "reset": Reset,
    "error": Error,
    "pong": Pong,
    "heartbeat": Heartbeat,
}


class CloseCode(enum.IntEnum):
    """Why the server closes a socket; the name goes along as the reason."""

    PROTOCOL = 4400
    """Too many commands that the protocol does not know, or a command before the welcome."""
    NOT_SIGNED_IN = 4401
    """No session and no API key, or they have ended: sign in, then connect again."""
    SLOW_CLIENT = 4408
    """The client did not take what was sent for a long time; connect again and go on by `since`."""
    TOO_LARGE = 4413
    """A command over the size limit, or a binary frame."""
    TOO_MANY = 4429
    """Too many commands in a second, or too many sockets of one account."""
    GOING_AWAY = 4503
    """The server cannot serve the socket now; connect again after a while."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A command that was refused: what to tell the client, and the close code when the socket has to end."""

    code: str
    detail: str
    close: CloseCode | None = None

    def message(self, topic: str | None = None) -> Error:
        """Give the error message for the client."""
        error: Error = {"type": "error", "code": self.code, "detail": self.detail}
        if topic is not None:
            error["topic"] = topic
        return error


BINARY = Fault("binary", "Binary frames are not read: send commands as JSON text.", CloseCode.TOO_LARGE)
TOO_LARGE = Fault(
    "too_large", f"A command has at most {MAX_COMMAND_BYTES} bytes of UTF-8.", CloseCode.TOO_LARGE
)
TOO_MANY_COMMANDS = Fault(
    "too_many_commands", f"At most {MAX_COMMANDS_PER_SECOND} commands a second are read.", CloseCode.TOO_MANY
)
TOO_MANY_FAULTS = Fault(
    "too_many_faults", f"{MAX_FAULTS} commands were refused; the socket is closed.", CloseCode.PROTOCOL
)
TOO_EARLY = Fault("too_early", "Wait for the welcome before sending a command.", CloseCode.PROTOCOL)


def parse(text: str) -> Command | Fault:
    """Read one text frame of a client.

    Returns
    -------
    Command or Fault
        The command as a dict, or what is wrong with it. Never raises.
    """
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_COMMAND_BYTES:
        return TOO_LARGE
    try:
        value = json_gate.parse(data, max_bytes=MAX_COMMAND_BYTES, max_depth=MAX_COMMAND_DEPTH)
    except BeamportError as error:
        return Fault("not_json", str(error.detail))
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in COMMANDS:
        return Fault("unknown_command", f"A command is an object whose type is one of {sorted(COMMANDS)}.")
    return _checked(kind, value)


def _checked(kind: str, value: dict[str, Any]) -> Command | Fault:
    fault = next(iter(_validator(kind).iter_errors(value)), None)
    if fault is not None:
        where = ".".join(str(part) for part in fault.instance_path)
        return Fault("invalid_command", f"{kind}{': ' + where if where else ''}: {fault.message}"[:300])
    for key in ("since", "n"):
        if isinstance(value.get(key), float):
            value[key] = int(value[key])
    return cast(Command, value)


@functools.cache
def _validator(kind: str) -> Any:
    return jsonschema_rs.validator_for(schema_of(COMMANDS[kind]))


def encode(message: ServerMessage) -> str:
    """Give the text frame of a message whose values are plain JSON."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def encode_message(topic: str, seq: int, server_time: float, payload: str) -> str:
    """Give the text frame of a `message` around a payload that is JSON text already."""
    return (
        f'{{"type":"message","topic":{json.dumps(topic)},"seq":{seq},'
        f'"server_time":{server_time!r},"payload":{payload}}}'
    )


def schemas() -> dict[str, Any]:
    """Give the JSON Schemas of all commands, messages and payloads, and the limits and close codes."""
    return {
        "commands": {name: schema_of(command) for name, command in COMMANDS.items()},
        "messages": {name: schema_of(message) for name, message in MESSAGES.items()},
        "payloads": {"run": schema_of(RunPayload)},
        "close_codes": {code.name.lower(): code.value for code in CloseCode},
        "limits": limits(),
    }


def limits() -> Limits:
    """Give the limits told in the welcome."""
    return {
        "command_bytes": MAX_COMMAND_BYTES,
        "message_bytes": MAX_MESSAGE_BYTES,
        "subscriptions": MAX_SUBSCRIPTIONS,
    }
