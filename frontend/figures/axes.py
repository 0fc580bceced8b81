"""What to draw of a stream: the axes that plan and devices hint at, or those asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

POINT = "seq_num"
TIME = "time"
MOST_LINES = 4
NUMERIC = frozenset({"number", "integer"})


@dataclass(frozen=True, slots=True)
class Axes:
    """Names of what is drawn.

    ``x`` and ``slow`` are data keys, ``"time"`` or ``"seq_num"``; ``slow`` is empty unless the run is a map
    over two axes. ``x_choices`` and ``y_choices`` are what could be drawn instead.
    """

    x: str
    y: tuple[str, ...]
    slow: str = ""
    x_choices: tuple[str, ...] = ()
    y_choices: tuple[str, ...] = ()


class UnknownAxisError(KeyError, ValueError):
    """An axis was asked for that the stream does not have."""

    def __init__(self, axis: str, asked: str, choices: Sequence[str]) -> None:
        super().__init__(asked)
        self.axis, self.asked, self.choices = axis, asked, tuple(choices)

    def __str__(self) -> str:
        """Say what was asked and what there is."""
        choices = ", ".join(self.choices)
        return f"There is nothing called {self.asked!r} to draw on {self.axis}: choose {choices}."


def choose_axes(
    start: Mapping[str, Any],
    stream: Mapping[str, Any],
    *,
    stream_name: str = "primary",
    x: str | None = None,
    y: str | None = None,
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
        What was asked for, instead of the hints.

    Raises
    ------
    UnknownAxisError
        `x` or `y` is not a scalar column of the stream.
    """
    scalars = tuple(column["key"] for column in stream["columns"] if _is_scalar(column))
    dimensions = [field for field in _dimensions(start, stream_name) if field in scalars or field == TIME]
    x_choices = (*scalars, *(name for name in (TIME, POINT) if name not in scalars))
    hinted = [field for field in _hinted(stream) if field in scalars and field not in dimensions]
    lines = hinted or [key for key in scalars if key not in dimensions][:1]
    if x is not None and x not in x_choices:
        raise UnknownAxisError("x", x, x_choices)
    if y is not None and y not in scalars:
        raise UnknownAxisError("y", y, scalars)
    is_map = x is None and len(dimensions) == 2 and TIME not in dimensions
    return Axes(
        x=x or (dimensions[-1] if dimensions else POINT),
        y=(y,) if y is not None else tuple(lines[:MOST_LINES]),
        slow=dimensions[0] if is_map else "",
        x_choices=x_choices,
        y_choices=scalars,
    )


def _is_scalar(column: Mapping[str, Any]) -> bool:
    return column["dtype"] in NUMERIC and not column.get("shape") and not column.get("external")


def _dimensions(start: Mapping[str, Any], stream_name: str) -> list[str]:
    """Give the first field of each dimension of the stream, slowest first."""
    hints = start.get("hints")
    given = hints.get("dimensions") if isinstance(hints, Mapping) else None
    found = []
    for dimension in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
        fields, name = _pair(dimension)
        if fields and name == stream_name and isinstance(fields[0], str):
            found.append(fields[0])
    return found


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
