"""What to draw of a stream: the axes that plan and devices hint at, or those asked for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frontend.figures.expressions import ExpressionError, parse_expression

POINT = "seq_num"
TIME = "time"
MOST_LINES = 4
NO_MAP = "none"
NUMERIC = frozenset({"number", "integer"})
PRIMARY = "primary"
BESIDE = re.compile(r"^baseline$|_monitor$")
"""Streams beside the measurement."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Names of what is drawn.

    ``x`` and ``slow`` are data keys, ``"time"`` or ``"seq_num"``; ``slow`` is empty unless the run is a map
    over two axes. ``x`` and ``y`` may also be expressions over columns, and ``per`` is what each of ``y`` is
    divided by. ``x_choices`` and ``y_choices`` are what could be drawn instead.
    """

    x: str
    y: tuple[str, ...]
    slow: str = ""
    per: str = ""
    x_choices: tuple[str, ...] = ()
    y_choices: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Data keys that are read; ``time`` and ``seq_num`` come with every table."""
        keys = set(self.y_choices)
        read: list[str] = []
        for name in (self.x, self.slow, self.per, *self.y):
            read += [name] if name in keys else names_in(name)
        return [key for key in dict.fromkeys(read) if key in keys]


class UnknownAxisError(KeyError, ValueError):
    """An axis was asked for that the stream does not have."""

    def __init__(self, axis: str, asked: str, choices: Sequence[str], problem: str = "") -> None:
        super().__init__(asked)
        self.axis, self.asked, self.choices, self.problem = axis, asked, tuple(choices), problem

    def __str__(self) -> str:
        """Say what was asked and what there is."""
        choices = ", ".join(self.choices)
        if self.problem:
            return f"{self.problem}. There is {choices or 'no column'} to draw on {self.axis}."
        return f"There is nothing called {self.asked!r} to draw on {self.axis}: choose {choices}."


def main_stream(start: Mapping[str, Any], streams: Mapping[str, Mapping[str, Any]]) -> str:
    """Name the stream to look at first, empty where there is none.

    It is that of the plan's fastest dimension, else ``primary``, else another of the measurement; one with
    numbers to draw comes before one of pictures alone.

    Examples
    --------
    >>> frames = {"columns": [{"key": "camera", "dtype": "array", "shape": [9, 9], "external": "STREAM:"}]}
    >>> places = {"columns": [{"key": "x", "dtype": "number", "shape": []}]}
    >>> main_stream({"hints": {"dimensions": [[["x"], "flown"]]}}, {"primary": frames, "flown": places})
    'flown'
    """
    hinted = [name for _, name in reversed(_given_dimensions(start) or ())]
    others = (name for name in streams if not BESIDE.search(name))
    order = [name for name in (*hinted, PRIMARY, *others, *streams) if name in streams]
    measured = (name for name in order if name in hinted or not BESIDE.search(name))
    drawable = (name for name in measured if any(map(_is_scalar, streams[name]["columns"])))
    return next(drawable, order[0] if order else "")


def choose_axes(
    start: Mapping[str, Any],
    stream: Mapping[str, Any],
    *,
    stream_name: str = "primary",
    x: str | None = None,
    y: str | Sequence[str] | None = None,
    slow: str | None = None,
    per: str | None = None,
) -> Axes:
    """Choose the axes of a figure.

    Parameters
    ----------
    start
        The start document; its ``hints["dimensions"]`` say what the plan moves along.
    stream
        ``columns`` (each with ``key``, ``dtype``, ``shape``, ``external``) and ``hints``
        {object: {"fields": [...]}}.
    stream_name
        Name of the stream, as in the dimensions.
    x, y
        What was asked for, instead of the hints: columns or expressions, of `y` also several.
    slow
        Second axis of a map; `NO_MAP` draws lines where the hints would give a map.
    per
        Column that each signal is divided by, such as a monitor.

    Raises
    ------
    UnknownAxisError
        What was asked for is no scalar column of the stream and no expression over such.
    """
    scalars = tuple(column["key"] for column in stream["columns"] if _is_scalar(column))
    dimensions = [field for field in _dimensions(start, stream_name) if field in scalars or field == TIME]
    x_choices = (*scalars, *(name for name in (TIME, POINT) if name not in scalars))
    along = {*dimensions, x}
    hinted = [field for field in _hinted(stream) if field in scalars and field not in along]
    lines = hinted or [key for key in scalars if key not in along][:1]
    if not lines and x is None:
        lines, dimensions = [key for key in dimensions[:1] if key in scalars], dimensions[1:]
    asked = (y,) if isinstance(y, str) else tuple(y or ())
    for axis, names, choices in (("x", (x,), x_choices), ("y", asked, scalars), ("per", (per,), scalars)):
        for name in filter(None, names):
            _check(axis, name, choices, x_choices)
    if slow and slow != NO_MAP and slow not in x_choices:
        raise UnknownAxisError("slow", slow, x_choices)
    is_map = x is None and slow is None and len(dimensions) == 2 and TIME not in dimensions
    if is_map and not _is_grid(start):
        dimensions.reverse()
    return Axes(
        x=x or (dimensions[-1] if dimensions else POINT),
        y=asked or tuple(lines[:MOST_LINES]),
        slow=dimensions[0] if is_map else (slow if slow and slow != NO_MAP else ""),
        per=per or "",
        x_choices=x_choices,
        y_choices=scalars,
    )


def names_in(text: str) -> list[str]:
    """Give the columns that an expression reads; none for a name such as ``time`` that is no expression."""
    try:
        return list(parse_expression(text).names) if text and text not in (TIME, POINT) else []
    except ExpressionError:
        return []


def _check(axis: str, asked: str, choices: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse what is neither among `choices` nor an expression over `columns`."""
    if asked in choices:
        return
    try:
        names = parse_expression(asked).names
    except ExpressionError as error:
        raise UnknownAxisError(axis, asked, choices, str(error)) from error
    missing = next((name for name in names if name not in columns), None)
    if missing is not None:
        raise UnknownAxisError(axis, missing, choices)


def _is_grid(start: Mapping[str, Any]) -> bool:
    """Tell whether one axis was slower than the other; else, as on a spiral, the plan names x before y."""
    hints = start.get("hints")
    gridding = hints.get("gridding") if isinstance(hints, Mapping) else None
    return gridding == "rectilinear" or "shape" in start


def _is_scalar(column: Mapping[str, Any]) -> bool:
    return column["dtype"] in NUMERIC and not column.get("shape") and not column.get("external")


def _dimensions(start: Mapping[str, Any], stream_name: str) -> list[str]:
    """Give the first field of each dimension of the stream, slowest first; with no hints, the last motor."""
    given = _given_dimensions(start)
    if given is None:
        motors = start.get("motors")
        moved = motors if isinstance(motors, Sequence) and not isinstance(motors, str) else ()
        return [motor for motor in moved[-1:] if isinstance(motor, str)]
    return [field for field, name in given if name == stream_name]


def _given_dimensions(start: Mapping[str, Any]) -> list[tuple[str, str]] | None:
    """Give (first field, stream) of each dimension that the plan hints at; None where it hints at none."""
    hints = start.get("hints")
    given = hints.get("dimensions") if isinstance(hints, Mapping) else None
    if given is None:
        return None
    pairs = map(_pair, given if isinstance(given, Sequence) and not isinstance(given, str) else ())
    return [
        (fields[0], name)
        for fields, name in pairs
        if fields and isinstance(fields[0], str) and isinstance(name, str)
    ]


def _pair(dimension: Any) -> tuple[Sequence[Any], Any]:
    if not isinstance(dimension, Sequence) or isinstance(dimension, str) or len(dimension) != 2:
        return (), None
    fields, name = dimension
    return (fields if isinstance(fields, Sequence) and not isinstance(fields, str) else ()), name


def _hinted(stream: Mapping[str, Any]) -> list[str]:
    hints = stream.get("hints") or {}
    return [
        field
        for hint in hints.values()
        if isinstance(hint, Mapping)
        for field in hint.get("fields") or ()
        if isinstance(field, str)
    ]
