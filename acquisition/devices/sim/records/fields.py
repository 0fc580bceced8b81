"""Short ways to make the fields of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from acquisition.devices.sim.channels import Enum, Handler, Integer, String, double, keep, text

Channels = dict[str, Any]


def named(prefix: str, fields: Mapping[str, Any], *, separator: str = ".") -> Channels:
    """Return fields by the name of their process variable."""
    return {f"{prefix}{separator}{name}": channel for name, channel in fields.items()}


def setting(value: float, units: str = "", precision: int = 3, low: float = 0.0, high: float = 0.0) -> Any:
    """Return a number that clients set, and nothing else happens."""
    return double(value, units, precision, low, high).on_put(keep)


def choice(value: str, words: Sequence[str], handler: Handler = keep) -> Any:
    """Return one of some words, which clients set."""
    return Enum(value=value, enum_strings=list(words)).on_put(handler)


def told(value: str, words: Sequence[str]) -> Any:
    """Return one of some words, which clients read."""
    return Enum(value=value, enum_strings=list(words))


def command(handler: Handler) -> Any:
    """Return a number that clients write 1 to, for something to be done."""
    return Integer(value=0).on_put(handler)


def with_readback(name: str, channel: Any, readback: Any) -> Channels:
    """Return a setting and its readback, ``name`` and ``name_RBV``, which follows what clients write."""
    before = channel.handler

    async def follow(value: Any) -> None:
        if before is not None:
            await before(value)
        await readback.write(channel.value)

    return {name: channel.on_put(follow), f"{name}_RBV": readback}


def number_pair(name: str, value: float, units: str = "", precision: int = 6) -> Channels:
    """Return a number that clients set, with its readback."""
    return with_readback(name, setting(value, units, precision), double(value, units, precision))


def count_pair(name: str, value: int) -> Channels:
    """Return a whole number that clients set, with its readback."""
    return with_readback(name, Integer(value=value).on_put(keep), Integer(value=value))


def choice_pair(name: str, value: str, words: Sequence[str], handler: Handler = keep) -> Channels:
    """Return one of some words that clients set, with its readback."""
    return with_readback(name, choice(value, words, handler), told(value, words))


def text_pair(name: str, value: str, handler: Handler = keep) -> Channels:
    """Return a text of any length that clients set, with its readback."""
    return with_readback(name, text(value).on_put(handler), text(value))


def label(value: str) -> Any:
    """Return up to 39 characters that clients set."""
    return String(value=value).on_put(keep)
