"""Channels of the simulated IOC: values that run a coroutine when a client writes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from caproto import AccessRights, ChannelChar, ChannelDouble, ChannelEnum, ChannelInteger, ChannelString

Handler = Callable[[Any], Awaitable[None]]


class _Served:
    """Adds to a channel: a handler of client writes, and read-only access without one.

    The write of a client is answered when the handler returns; if it raises, the client gets the message.
    """

    _handler: Handler | None = None

    def __init__(self, **known: Any) -> None:
        super().__init__(**known)
        self.mirrors: list[Callable[[], None]] = []

    def on_put(self, handler: Handler) -> Any:
        """Let ``handler(value)`` carry out what clients write."""
        self._handler = handler
        return self

    @property
    def handler(self) -> Handler | None:
        """What carries out a write; None if clients may only read."""
        return self._handler

    def check_access(self, hostname: str, username: str) -> AccessRights:
        if self._handler is None:
            return AccessRights.READ
        return AccessRights.READ | AccessRights.WRITE

    async def publish(self, flags: Any) -> None:
        await super().publish(flags)  # type: ignore[misc]  # the channel beside it has it
        for follow in self.mirrors:
            follow()

    async def write_from_dbr(self, *args: Any, **kwargs: Any) -> Any:
        await super().write_from_dbr(*args, **kwargs)  # type: ignore[misc]  # the channel beside it has it
        if self._handler is not None:
            await self._handler(self.value)  # type: ignore[attr-defined]  # the channel beside it has it


async def keep(_: Any) -> None:
    """Handle a write by only keeping the value."""


class Double(_Served, ChannelDouble):  # type: ignore[misc]  # caproto has no types
    """A number."""


class Integer(_Served, ChannelInteger):  # type: ignore[misc]  # caproto has no types
    """A whole number."""


class Enum(_Served, ChannelEnum):  # type: ignore[misc]  # caproto has no types
    """One of some words."""


class String(_Served, ChannelString):  # type: ignore[misc]  # caproto has no types
    """Up to 39 characters."""


class Text(_Served, ChannelChar):  # type: ignore[misc]  # caproto has no types
    """Text of any length, as an array of characters."""


def double(value: float, units: str, precision: int, low: float = 0.0, high: float = 0.0) -> Double:
    """Return a number with its description; equal limits are none."""
    return Double(
        value=value,
        units=units,
        precision=precision,
        lower_ctrl_limit=low,
        upper_ctrl_limit=high,
        lower_disp_limit=low,
        upper_disp_limit=high,
    )


def text(value: str) -> Text:
    """Return text with room for a long path."""
    return Text(value=value, max_length=1024)
