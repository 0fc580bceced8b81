"""Commands are read by their schema, whatever is sent; schemas follow from the types."""

import json
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import protocol, topics
from realtime.consumers.pace import Allowance, CommandRate
from realtime.protocol import CloseCode, Fault
from realtime.schemas import bounds, schema_of


@pytest.mark.parametrize(
    "command",
    [
        {"type": "subscribe", "topic": "queue:demo"},
        {"type": "subscribe", "topic": "run:abc", "since": None},
        {"type": "subscribe", "topic": "run:abc", "since": -1},
        {"type": "unsubscribe", "topic": "queue:demo"},
        {"type": "ping", "n": 7},
    ],
)
def test_commands_of_the_protocol_are_read(command):
    assert protocol.parse(json.dumps(command)) == command


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("nonsense", "not_json"),
        ('{"type":"ping","n":1e999}', "not_json"),
        ('{"type":"ping","n":NaN}', "not_json"),
        ('{"type":"ping","type":"ping","n":1}', "not_json"),
        ("[" * 60 + "]" * 60, "not_json"),
        ("[" * 30_000 + "]" * 30_000, "not_json"),
        ('"\ud800"', "not_json"),
        ("[]", "unknown_command"),
        ("null", "unknown_command"),
        ('{"type":"shutdown"}', "unknown_command"),
        ('{"type":["subscribe"]}', "unknown_command"),
        ('{"type":"subscribe"}', "invalid_command"),
        ('{"type":"subscribe","topic":7}', "invalid_command"),
        ('{"type":"subscribe","topic":"queue:demo","since":"now"}', "invalid_command"),
        ('{"type":"subscribe","topic":"queue:demo","since":-2}', "invalid_command"),
        ('{"type":"subscribe","topic":"queue:demo","since":true}', "invalid_command"),
        ('{"type":"subscribe","topic":"' + "q" * 201 + '"}', "invalid_command"),
        ('{"type":"subscribe","topic":"queue:demo","actor":"admin"}', "invalid_command"),
        ('{"type":"ping","n":-1}', "invalid_command"),
        ('{"type":"ping","n":1.5}', "invalid_command"),
        ("a" * (protocol.MAX_COMMAND_BYTES + 1), "too_large"),
        ("\N{SNOWMAN}" * 30_000, "too_large"),
    ],
)
def test_what_is_no_command_is_a_fault(text, code):
    fault = protocol.parse(text)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert len(fault.detail) <= 300
    assert (fault.close is CloseCode.TOO_LARGE) == (code == "too_large")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
near_misses = st.fixed_dictionaries(
    {"type": st.sampled_from(["subscribe", "unsubscribe", "ping", "x"])},
    optional={"topic": json_values, "since": json_values, "n": json_values, "extra": json_values},
)


@given(json_values | near_misses)
def test_whatever_is_read_as_a_command_fits_its_schema(value):
    command = protocol.parse(json.dumps(value))
    if isinstance(command, Fault):
        assert command.code in {"not_json", "unknown_command", "invalid_command"}
    else:
        jsonschema.validate(command, protocol.schemas()["commands"][command["type"]])
        assert all(not isinstance(part, float) for part in command.values())


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_raise(text):
    assert isinstance(protocol.parse(text), Fault | dict)


def test_messages_fit_their_schemas():
    schemas = protocol.schemas()["messages"]
    text = protocol.encode_message("run:a", 4, 12.5, '{"run":"a"}')
    jsonschema.validate(json.loads(text), schemas["message"])
    error = Fault("not_found", "There is no such topic.").message("run:a")
    jsonschema.validate(json.loads(protocol.encode(error)), schemas["error"])
    jsonschema.validate({"type": "heartbeat", "server_time": 1.0, "delayed": False}, schemas["heartbeat"])


def test_every_schema_is_a_valid_schema():
    found = protocol.schemas()
    for group in ("commands", "messages", "payloads"):
        for schema in found[group].values():
            jsonschema.Draft202012Validator.check_schema(schema)


def test_a_schema_follows_its_type():
    class Example(TypedDict):
        """An example."""

        kind: Literal["a", "b"]
        count: Annotated[int, bounds(minimum=1)]
        pair: tuple[str, float]
        extra: NotRequired[dict[str, list[Any]] | None]

    assert schema_of(Example) == {
        "type": "object",
        "title": "Example",
        "description": "An example.",
        "properties": {
            "kind": {"enum": ["a", "b"]},
            "count": {"type": "integer", "minimum": 1},
            "pair": {
                "type": "array",
                "prefixItems": [{"type": "string"}, {"type": "number"}],
                "minItems": 2,
                "maxItems": 2,
            },
            "extra": {
                "anyOf": [
                    {"type": "object", "additionalProperties": {"type": "array", "items": {}}},
                    {"type": "null"},
                ]
            },
        },
        "required": ["count", "kind", "pair"],
        "additionalProperties": False,
    }
    with pytest.raises(TypeError, match="has no JSON Schema"):
        schema_of(complex)


def test_topics_are_read_and_have_a_group():
    topic = topics.parse("run:0f3a9f0e-1111-4222-8333-444455556666")
    assert topic.kind.is_run
    assert topic.group == "run.0f3a9f0e-1111-4222-8333-444455556666"
    assert str(topics.parse("engine:demo")) == "engine:demo"


@pytest.mark.parametrize(
    "text",
    ["", "run", "run:", ":demo", "nothing:demo", "queue:a b", "queue:../x", "queue:a:b", "queue:*", "run:a\n"]
    + ["queue:" + "a" * 64, "run:" + "a" * 81, "queue:\N{SNOWMAN}", "Queue:demo", "run:{x}"],
)
def test_what_cannot_be_a_topic_is_refused(text):
    with pytest.raises(topics.UnknownTopicError):
        topics.parse(text)


def test_commands_beyond_the_rate_are_not_admitted_until_the_next_second():
    rate = CommandRate(limit=3)
    assert [rate.admits(5.0 + n / 10) for n in range(5)] == [True, True, True, False, False]
    assert rate.admits(6.0)


def test_an_account_has_a_bounded_number_of_sockets():
    allowance = Allowance(limit=2)

    class Socket:
        pass

    sockets = [Socket() for _ in range(3)]
    assert [allowance.take(socket, 7) for socket in sockets] == [True, True, False]
    assert allowance.take(Socket(), 8)
    allowance.release(sockets[2])
    assert not allowance.take(sockets[2], 7)
    allowance.release(sockets[0])
    assert allowance.take(sockets[2], 7)
