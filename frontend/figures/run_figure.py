"""The figure of one stream of a run: lines over one axis, or a map over two."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from frontend.figures.axes import POINT, TIME, Axes, choose_axes
from frontend.figures.expressions import parse_expression
from frontend.figures.numbers import as_numbers
from frontend.figures.thinning import Values, kept_rows

MOST_POINTS = 10_000
COLOURS = ("#0a687c", "#c25e00", "#6a4fb3", "#2e7d32", "#ad2a66")
"""Of lines, in their order: the ``--series-`` of the pages in the light."""


@dataclass(frozen=True, slots=True)
class RunFigure:
    """A figure with what is said beside it."""

    figure: dict[str, Any]
    """`data` and `layout` of Plotly, plain JSON values."""
    caption: str
    axes: Axes


def run_figure(
    table: Mapping[str, Any],
    start: Mapping[str, Any],
    stream: Mapping[str, Any],
    *,
    stream_name: str = "primary",
    x: str | None = None,
    y: str | Sequence[str] | None = None,
    slow: str | None = None,
    per: str | None = None,
    log: Collection[str] = (),
) -> RunFigure:
    """Draw one stream of a run.

    Parameters
    ----------
    table
        ``columns`` {data key: values}, ``seq_num`` and ``time`` (POSIX seconds) of the events.
    start
        The start document.
    stream
        ``columns`` and ``hints`` of the stream, as `choose_axes` takes them.
    stream_name
        Name of the stream.
    x, y, slow, per
        Draw this over that, instead of what is hinted; see `choose_axes`.
    log
        Which of ``x``, ``y`` and ``z`` (the colour of a map) are logarithmic.

    Returns
    -------
    RunFigure
        A line for each signal; a map of the first signal when the plan moved along two axes.

    Raises
    ------
    UnknownAxisError
        What was asked for cannot be drawn.

    Examples
    --------
    >>> made = run_figure(
    ...     {"columns": {"sx": [0.0, 1.0], "det": [3.0, 4.0]}, "seq_num": [1, 2], "time": [10.0, 11.0]},
    ...     {"time": 9.0, "hints": {"dimensions": [[["sx"], "primary"]]}},
    ...     {"columns": [{"key": "sx", "dtype": "number", "shape": []},
    ...                  {"key": "det", "dtype": "number", "shape": []}],
    ...      "hints": {"det": {"fields": ["det"]}}},
    ... )
    >>> made.caption
    'det over sx, 2 points.'
    """
    axes = choose_axes(start, stream, stream_name=stream_name, x=x, y=y, slow=slow, per=per)
    units = _units(stream["columns"])
    is_map = bool(axes.slow and axes.y)
    figure = _map(table, start, axes, units, "z" in log) if is_map else _lines(table, start, axes, units)
    for name in {"x", "y"} & set(log):
        figure.layout[f"{name}axis"].type = "log"
    without = _without_value(table, start, axes)
    if without == len(table["seq_num"]):
        figure.add_annotation(**_in_the_middle(_nothing_drawn(axes, without)))
    return RunFigure(figure.to_plotly_json(), _caption(axes, table, units, without), axes=axes)


def _without_value(table: Mapping[str, Any], start: Mapping[str, Any], axes: Axes) -> int:
    """Count the points at which no signal, or no place to draw it at, is a number."""
    drawn = axes.y[:1] if axes.slow else axes.y
    places = [channel(table, start, name) for name in filter(None, (axes.x, axes.slow))]
    known = np.zeros(len(table["seq_num"]), dtype=bool)
    for name in drawn:
        known |= np.isfinite(_signal(table, start, axes, name))
    return int(len(known) - (known & np.isfinite(places).all(axis=0)).sum())


def _nothing_drawn(axes: Axes, points: int) -> str:
    if not axes.y:
        return "This stream has no numbers to draw."
    if not points:
        return "No point was taken."
    return f"{', '.join(_named(name, axes) for name in axes.y)}: no value at any point."


def _in_the_middle(text: str) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    return {"text": escaped(text), "showarrow": False, "font": {"size": 15}, **place}


def _lines(
    table: Mapping[str, Any], start: Mapping[str, Any], axes: Axes, units: Mapping[str, str]
) -> go.Figure:
    across = channel(table, start, axes.x)
    lines = [_signal(table, start, axes, name) for name in axes.y]
    rows = kept_rows(lines, MOST_POINTS) if lines else np.arange(len(across))
    names = [_named(name, axes) for name in axes.y]
    figure = go.Figure(layout=_layout(axes.x, names, units))
    for name, values in zip(names, lines, strict=True):
        figure.add_scatter(
            x=plain(across[rows]),
            y=plain(values[rows]),
            name=escaped(name),
            mode="lines+markers" if len(rows) <= 500 else "lines",
            marker={"size": 5},
            line={"width": 1.75},
            hovertemplate="%{x}: %{y}<extra>" + escaped(name) + "</extra>",
        )
    return figure


def _map(
    table: Mapping[str, Any], start: Mapping[str, Any], axes: Axes, units: Mapping[str, str], is_log: bool
) -> go.Figure:
    """Draw the first signal in colour over both axes: cells where the points form a grid, else dots."""
    fast, slow = (channel(table, start, key) for key in (axes.x, axes.slow))
    values = _signal(table, start, axes, axes.y[0])
    if is_log:
        values = np.log10(np.where(values > 0, values, np.nan))
    shape = _grid_shape(start)
    label = _label(_named(axes.y[0], axes), units)
    bar = colour_bar(f"log10 of {label}" if is_log else label)
    figure = go.Figure(layout=_layout(axes.x, (axes.slow,), units))
    if shape is not None and len(values) > 0:
        grid_fast, grid_slow, grid = _gridded(fast, slow, values, shape)
        figure.add_heatmap(
            x=plain(grid_fast),
            y=plain(grid_slow),
            z=[plain(row) for row in grid],
            colorscale="Viridis",
            colorbar=bar,
        )
    else:
        known = np.isfinite(values)
        figure.add_scatter(
            x=plain(fast[known]),
            y=plain(slow[known]),
            mode="markers",
            marker={"color": plain(values[known]), "colorscale": "Viridis", "colorbar": bar, "size": 9},
        )
    return figure


def _signal(table: Mapping[str, Any], start: Mapping[str, Any], axes: Axes, name: str) -> Values:
    values = channel(table, start, name)
    if not axes.per:
        return values
    with np.errstate(all="ignore"):
        return np.asarray(values / channel(table, start, axes.per), dtype=float)


def _named(name: str, axes: Axes) -> str:
    """Give the words for a signal: a derived one may have a name of its own."""
    label = name if name in axes.y_choices or name in (TIME, POINT) else parse_expression(name).label
    return f"{label} / {axes.per}" if axes.per else label


def signal(table: Mapping[str, Any], start: Mapping[str, Any], axes: Axes) -> tuple[Values, Values]:
    """Give x and the first signal of a table as they are drawn."""
    return channel(table, start, axes.x), _signal(table, start, axes, axes.y[0])


def label_of(name: str, axes: Axes, columns: Sequence[Mapping[str, Any]]) -> str:
    """Give the words for an axis with its unit; `columns` are those of the stream."""
    units = _units(columns)
    return _label(name, units) if name == axes.x else _label(_named(name, axes), units)


def _units(columns: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {TIME: "s", **{column["key"]: column.get("units") or "" for column in columns}}


def channel(table: Mapping[str, Any], start: Mapping[str, Any], name: str) -> Values:
    """Give a column, or what an expression over columns computes, a float for each row of the table."""
    if name in table["columns"] or name in (TIME, POINT):
        return _values(table, start, name)
    made = parse_expression(name)
    return made.values(lambda key: _values(table, start, key), len(table["seq_num"]))


def _grid_shape(start: Mapping[str, Any]) -> tuple[int, int] | None:
    """Give (slow, fast) numbers of points when the plan said that it takes a grid."""
    shape = start.get("shape")
    if not isinstance(shape, Sequence) or isinstance(shape, str) or len(shape) != 2:
        return None
    if not all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in shape):
        return None
    slow, fast = shape
    return (slow, fast) if slow * fast <= 4_000_000 else None


def _gridded(
    fast: Values, slow: Values, values: Values, shape: tuple[int, int]
) -> tuple[Values, Values, Values]:
    """Put points into cells by their place between the ends, so that snaked rows come right.

    Cell of a point: round((position - lowest) / (highest - lowest) * (cells - 1)) on each axis.
    """
    columns, fast_line = _places(fast, shape[1])
    rows, slow_line = _places(slow, shape[0])
    grid = np.full(shape, np.nan)
    usable = ~(np.isnan(fast) | np.isnan(slow))
    grid[rows[usable], columns[usable]] = values[usable]
    return fast_line, slow_line, grid


def _places(positions: Values, cells: int) -> tuple[Any, Values]:
    known = positions[~np.isnan(positions)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    span = (high - low) or 1.0
    places = np.nan_to_num(np.rint((positions - low) / span * (cells - 1))).astype(int)
    return np.clip(places, 0, cells - 1), np.linspace(low, high if cells > 1 else low, cells)


def _values(table: Mapping[str, Any], start: Mapping[str, Any], key: str) -> Values:
    """Give a column as floats, NaN where there is no number; "time" counts from the start of the run."""
    column = table["columns"].get(key)
    if column is None and key == TIME:
        return np.array(table["time"], dtype=float) - float(start.get("time", 0.0))
    if column is None and key == POINT:
        return np.array(table["seq_num"], dtype=float)
    return as_numbers(column or ())


def plain(values: Values) -> list[float | None]:
    """Give JSON values: None where there is no finite number."""
    return [value if np.isfinite(value) else None for value in values.tolist()]


def _layout(x: str, y: Sequence[str], units: Mapping[str, str]) -> dict[str, Any]:
    return {**axis_layout(_label(x, units), _y_label(y, units)), "showlegend": len(y) > 1}


def axis_layout(x: str, y: str) -> dict[str, Any]:
    """Give the layout that all figures share, with these words at its axes."""
    return {
        "template": "none",
        "margin": {"l": 64, "r": 16, "t": 16, "b": 48},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "colorway": list(COLOURS),
        "xaxis": {"title": {"text": escaped(x)}, "automargin": True, "zeroline": False},
        "yaxis": {"title": {"text": escaped(y)}, "automargin": True, "zeroline": False},
    }


def colour_bar(words: str) -> dict[str, Any]:
    """Give the scale of colours beside an image, narrow enough for a phone."""
    return {"title": {"text": escaped(words), "side": "right"}, "thickness": 14}


def _label(key: str, units: Mapping[str, str]) -> str:
    name = "point" if key == POINT else key
    return f"{name} ({units[key]})" if units.get(key) else name


def _y_label(names: Sequence[str], units: Mapping[str, str]) -> str:
    if len(names) == 1:
        return _label(names[0], units)
    shared = {units.get(name, "") for name in names}
    return shared.pop() if len(shared) == 1 else ""


def escaped(text: str) -> str:
    """Keep names from being read as Plotly's small HTML or its templates."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("%{", "% {")):
        text = text.replace(sign, entity)
    return text


def _caption(axes: Axes, table: Mapping[str, Any], units: Mapping[str, str], without: int) -> str:
    count = len(table["seq_num"])
    points = f"{count} point" + ("" if count == 1 else "s")
    if axes.y and without:
        points += ", none with a value" if without == count else f", {without} without a value"
    if axes.slow and axes.y:
        over = f"{_label(axes.x, units)} and {_label(axes.slow, units)}"
        return f"{_named(axes.y[0], axes)} over {over}, {points}."
    names = ", ".join(_named(name, axes) for name in axes.y) or "nothing"
    return f"{names} over {'the point number' if axes.x == POINT else _label(axes.x, units)}, {points}."
