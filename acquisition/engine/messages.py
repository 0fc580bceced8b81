"""The message, and how anything that a user calls a plan becomes a generator of messages."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable
from typing import Any, NamedTuple, cast

from acquisition.engine.errors import InvalidMessageError

Plan = Generator[Any, Any, Any]


class Message(NamedTuple):
    """One instruction with the five fields of the protocol: command, obj, args, kwargs, run."""

    command: str
    obj: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    run: Hashable


def message(command: str, obj: Any = None, *args: Any, run: Hashable = None, **kwargs: Any) -> Message:
    """Make a message as plans do.

    Examples
    --------
    >>> message("sleep", None, 0.5).args
    (0.5,)
    """
    return Message(command, obj, args, kwargs, run)


def is_message(value: Any) -> bool:
    """Whether a value has the five fields."""
    return all(hasattr(value, field) for field in Message._fields)


def as_generator(plan: Any) -> Plan:
    """Give a generator for a plan: a generator, an iterable of messages, one message, or an object iterable
    as one of them.

    Raises
    ------
    InvalidMessageError
        The value is none of these; the text says what it probably should have been.
    """
    if is_message(plan):
        return single(plan)
    try:
        iterator = iter(plan)
    except TypeError:
        if callable(plan):
            name = getattr(plan, "__name__", repr(plan))
            hint = f"it is a function: call it, {name}(...), and pass on what it returns"
        elif plan is None:
            hint = "was it made by a function without a yield?"
        else:
            hint = "pass a generator of messages, a list of messages or a message"
        raise InvalidMessageError(f"{plan!r} is not a plan: {hint}.") from None
    if hasattr(iterator, "send") and hasattr(iterator, "throw"):
        return cast(Plan, iterator)
    return (item for item in iterator)


def single(msg: Any) -> Plan:
    """Plan of one message; returns its answer."""
    return (yield msg)


def replay(messages: Iterable[Any]) -> Plan:
    """Plan of stored messages; returns the answer to the last one."""
    answer = None
    for msg in messages:
        answer = yield msg
    return answer


def made(plan: Any | Callable[[], Any] | None) -> Any:
    """Call a plan given as a function without arguments; give anything else as it is."""
    return plan() if callable(plan) else plan
