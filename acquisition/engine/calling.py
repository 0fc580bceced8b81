"""How a device's methods are called: here, or on the loop's thread if the device is an asyncio one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Hashable, Iterable
from typing import Any

from acquisition.engine.errors import BadReadingError, NotSupportedError
from acquisition.engine.event_loop import LoopThread
from acquisition.engine.interrupts import Mailbox

#: Methods that tell, by being coroutine functions, that a device lives on an event loop.
_TELLING = (
    "read",
    "describe",
    "read_configuration",
    "describe_configuration",
    "describe_collect",
    "collect",
    "collect_asset_docs",
    "get_index",
    "locate",
    "set",
    "trigger",
    "stage",
    "unstage",
    "prepare",
    "kickoff",
    "complete",
    "stop",
    "pause",
    "resume",
)

_MISSING = object()


def _is_async(function: Any) -> bool:
    plain = inspect.unwrap(function) if callable(function) else function
    return inspect.iscoroutinefunction(plain) or inspect.isasyncgenfunction(plain)


@functools.lru_cache(maxsize=1024)
def _class_is_loop_bound(cls: Hashable) -> bool:
    return any(_is_async(inspect.getattr_static(cls, name, None)) for name in _TELLING)


def name_of(obj: Any) -> str:
    """Name of a device for messages to people."""
    return str(getattr(obj, "name", None) or repr(obj))


class DeviceCaller:
    """Calls devices' methods and waits for answers that are awaitable."""

    def __init__(self, loop: LoopThread, mailbox: Mailbox) -> None:
        self._loop = loop
        self._mailbox = mailbox
        self._loop_bound: set[type] = set()

    def method(self, obj: Any, name: str, command: str = "") -> Any:
        """Give a bound method.

        Raises
        ------
        NotSupportedError
            The object has no such method.
        """
        found = getattr(obj, name, None)
        if found is None:
            command = command or name
            raise NotSupportedError(
                f"Message {command!r} needs an object with a method {name}(), but {name_of(obj)} "
                f"({type(obj).__name__}) has none."
            )
        return found

    def call(self, obj: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method and give its answer as it is, not awaited (for statuses and subscriptions)."""
        method = self.method(obj, name)
        if self.is_loop_bound(obj):
            return self._loop.call(method, *args, mailbox=self._mailbox, settle=False, **kwargs)
        try:
            return method(*args, **kwargs)
        except RuntimeError as error:
            if "no running event loop" not in str(error):
                raise
        self._loop_bound.add(type(obj))
        return self._loop.call(method, *args, mailbox=self._mailbox, settle=False, **kwargs)

    def answer(self, obj: Any, name: str, *args: Any, can_be_cut: bool = True, **kwargs: Any) -> Any:
        """Call a method and give its answer, awaited if it can be."""
        method = self.method(obj, name)
        if self.is_loop_bound(obj):
            return self._loop.call(method, *args, mailbox=self._mailbox, can_be_cut=can_be_cut, **kwargs)
        value = method(*args, **kwargs)
        if value is None or type(value) is dict:
            return value
        return self.settle(value, can_be_cut=can_be_cut)

    def settle(self, value: Any, *, can_be_cut: bool = True) -> Any:
        """Give a value, or what an awaitable or async generator comes to."""
        if isinstance(value, Awaitable) or inspect.isasyncgen(value):
            return self._loop.call(lambda: value, mailbox=self._mailbox, can_be_cut=can_be_cut)
        return value

    def items(self, obj: Any, name: str, *args: Any) -> list[Any]:
        """Call a method that yields, plainly or asynchronously, and give all that it yields."""
        answer = self.answer(obj, name, *args)
        if not isinstance(answer, Iterable):
            raise BadReadingError(
                f"{name_of(obj)}.{name}() gave {answer!r}, not something that can be iterated."
            )
        return list(answer)

    def mapping(self, obj: Any, name: str) -> dict[str, Any]:
        """Call a method that has to give a dictionary.

        Raises
        ------
        BadReadingError
            It gave something else.
        """
        answer = self.answer(obj, name)
        if type(answer) is not dict and not hasattr(answer, "keys"):
            raise BadReadingError(
                f"{name_of(obj)}.{name}() returned {answer!r}; it must return a dictionary. "
                "This is a fault of the device's class."
            )
        return answer  # type: ignore[no-any-return] # checked to be a mapping just above

    def is_loop_bound(self, obj: Any) -> bool:
        """Whether a device's methods have to be called on the loop's thread."""
        cls: Any = type(obj)
        return cls in self._loop_bound or _class_is_loop_bound(cls)
