"""Line protocols as data: what is sent for each value, and how the answers are read. No I/O.

An instrument is described by its ``LineSettings`` and a ``Command`` for each value, both of which a manifest
can hold.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from acquisition.devices.backends.base import Metadata
from acquisition.devices.errors import AddressError, WrongValueError

ANYTHING = r"(?P<value>.*)"
LONGEST_LINE = 1 << 20
"""Bytes after which an answer without an end is garbage."""

DTYPES = ("number", "integer", "boolean", "string", "array")
TRUE_WORDS = {"1": True, "on": True, "true": True, "0": False, "off": False, "false": False}


class UnreadableError(ValueError):
    """An answer that is no value of the command."""


def _compiled(name: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise AddressError(f"{name} {pattern!r} is no regular expression: {error}") from error


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How an instrument speaks.

    Parameters
    ----------
    terminator
        Ends each line, both ways; a carriage return before it is ignored.
    timeout_s
        How long one answer is waited for, in s.
    sync, sync_pattern
        A query that is always answered, and what its answer looks like. After an answer that did not come in
        time it finds the place in the conversation again; without it the connection is made anew.
    error_query, error_free
        Asked after each write; an answer that does not look like ``error_free`` is a refusal.
    complaint
        Answers to a query that look like this are refusals too.
    """

    terminator: str = "\n"
    timeout_s: float = 2.0
    sync: str = ""
    sync_pattern: str = ".+"
    error_query: str = ""
    error_free: str = r"[+-]?0+(\D.*)?"
    complaint: str = r"(?i)\W*err(or)?\b.*"
    poll_s: float = 0.5

    def __post_init__(self) -> None:
        if not self.terminator:
            raise AddressError("a line protocol needs a terminator, such as \\n")
        for name in ("sync_pattern", "error_free", "complaint"):
            _compiled(name, getattr(self, name))


SCPI = LineSettings(sync="*IDN?", sync_pattern=r"[^,]*(,[^,]*){3}", error_query="SYST:ERR?")
"""Instruments that keep to the Standard Commands for Programmable Instruments (SCPI 1999.0)."""


def line_settings(given: Mapping[str, Any] | str) -> LineSettings:
    """Return the settings of a table, or of a word: ``scpi``, ``plain``.

    Raises
    ------
    AddressError
        If there are no such settings.
    """
    if isinstance(given, str):
        words = {"scpi": SCPI, "plain": LineSettings()}
        if given not in words:
            raise AddressError(f"there is no protocol {given!r}; there are {', '.join(words)}, or a table")
        return words[given]
    try:
        return LineSettings(**given)
    except TypeError as error:
        known = ", ".join(LineSettings.__dataclass_fields__)
        raise AddressError(f"a line protocol has {known}: {error}") from error


@dataclass(frozen=True, slots=True)
class Command:
    """How one value of an instrument is read and written.

    Parameters
    ----------
    read
        The query; empty for what can only be written.
    write
        What is sent to set it, with ``{value}`` in it, formatted as Python does (``VOLT {value:.3f}``); empty
        for what can only be read. Without ``{value}`` it is a plain order, such as a trigger.
    dtype
        number, integer, boolean, string or array.
    pattern
        Regular expression of the whole answer; its group ``value`` is the value.
    choices
        From what the instrument says to what people read: ``{"0": "off", "1": "on"}``.
    separator
        Between the elements of an array.
    answer
        Regular expression of what the instrument says to the write, if it says something.
    done, done_pattern
        A query that is repeated after the write until its answer looks like the pattern.
    """

    read: str = ""
    write: str = ""
    dtype: str = "number"
    units: str = ""
    precision: int | None = None
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)
    pattern: str = ANYTHING
    separator: str = ","
    answer: str = ""
    done: str = ""
    done_pattern: str = "1"

    def __post_init__(self) -> None:
        if not self.read and not self.write:
            raise AddressError("a command needs what to send: read, write, or both")
        if self.dtype not in DTYPES:
            raise AddressError(f"there is no dtype {self.dtype!r}; there are {', '.join(DTYPES)}")
        for name in ("pattern", "answer", "done_pattern"):
            _compiled(name, getattr(self, name))
        if "value" not in re.compile(self.pattern).groupindex:
            raise AddressError(f"pattern {self.pattern!r} has no group (?P<value>...)")
        fields = {name for _, name, _, _ in string.Formatter().parse(self.write) if name is not None}
        if fields - {"value"}:
            raise AddressError(f"write {self.write!r} may hold {{value}} and no other field")

    @property
    def takes_value(self) -> bool:
        """False for a plain order."""
        return "{value" in self.write

    def metadata(self, shape: tuple[int, ...] = ()) -> Metadata:
        """Return the description."""
        words = tuple(self.choices.values())
        types = {"number": "<f8", "integer": "<i8", "boolean": "|b1", "array": "<f8"}
        return Metadata(
            "string" if words else self.dtype,
            shape,
            "" if words else types.get(self.dtype, ""),
            units=self.units,
            precision=self.precision,
            low=self.low,
            high=self.high,
            choices=words,
            is_writable=bool(self.write),
            capacity=LONGEST_LINE if self.dtype in ("array", "string") and not words else None,
        )

    def parsed(self, answer: str) -> Any:
        """Return the value in an answer.

        Raises
        ------
        UnreadableError
            If there is none.
        """
        found = re.fullmatch(self.pattern, answer)
        if found is None:
            raise UnreadableError(f"it does not look like {self.pattern!r}")
        text = found.group("value").strip()
        if self.choices:
            if text not in self.choices:
                raise UnreadableError(f"it is none of {', '.join(self.choices)}")
            return self.choices[text]
        try:
            return self._converted(text)
        except (ValueError, KeyError) as error:
            raise UnreadableError(f"it is no {self.dtype}") from error

    def _converted(self, text: str) -> Any:
        if self.dtype == "number":
            return float(text)
        if self.dtype == "integer":
            return int(text)
        if self.dtype == "boolean":
            return TRUE_WORDS[text.lower()]
        if self.dtype == "array":
            return np.array([float(part) for part in text.split(self.separator)])
        return text

    def line(self, value: Any, terminator: str) -> str:
        """Return what sets the value.

        Raises
        ------
        WrongValueError
            If the value would end the line, or does not fit the template.
        """
        try:
            text = self.write.format(value=self._said(value))
        except (ValueError, TypeError) as error:
            raise WrongValueError(f"{value!r} does not fit {self.write!r}: {error}") from error
        if any(mark in text for mark in (terminator, "\n", "\r", "\0")):
            raise WrongValueError(f"{value!r} holds the end of a line, which would end the command")
        return text

    def _said(self, value: Any) -> Any:
        if self.choices:
            return next(said for said, word in self.choices.items() if word == value)
        if self.dtype == "boolean":
            return int(value)
        if self.dtype == "array":
            return self.separator.join(f"{one:.17g}" for one in np.ravel(value))
        return value


def command(given: Mapping[str, Any]) -> Command:
    """Return the command of a table.

    Raises
    ------
    AddressError
        If it has a key that is not known, or lacks what to send.
    """
    try:
        return Command(**given)
    except TypeError as error:
        known = ", ".join(Command.__dataclass_fields__)
        raise AddressError(f"a command has {known}: {error}") from error


class LineReader:
    """Bytes in, lines out."""

    def __init__(self, terminator: str) -> None:
        self._end = terminator.encode("latin-1")
        self._held = b""

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._held += data

    def line(self) -> str | None:
        """Return the next whole line without its end, or None.

        Raises
        ------
        UnreadableError
            If far too much came without an end.
        """
        line, end, rest = self._held.partition(self._end)
        if not end:
            if len(self._held) > LONGEST_LINE:
                self._held = b""
                raise UnreadableError(f"more than {LONGEST_LINE} bytes came without the end of a line")
            return None
        self._held = rest
        return line.decode("latin-1").rstrip("\r")

    def forget(self) -> None:
        """Drop what was begun."""
        self._held = b""
