"""The figure of one stream of a run: lines over one axis, or a map over two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from frontend.figures.axes import POINT, TIME, Axes, choose_axes
from frontend.figures.thinning import Values, kept_rows

MOST_POINTS = 10_000
NON_FINITE = "$numberDouble"


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
    y: str | None = None,
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
    x, y
        Draw this over that, instead of what is hinted.

    Returns
    -------
    RunFigure
        A line for each signal; a map of the first signal when the plan moved along two axes.

    Raises
    ------
    UnknownAxisError
        `x` or `y` cannot be drawn.

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
    axes = choose_axes(start, stream, stream_name=stream_name, x=x, y=y)
    units = {column["key"]: column.get("units") or "" for column in stream["columns"]}
    units.setdefault(TIME, "s")
    figure = _map(table, start, axes, units) if axes.slow and axes.y else _lines(table, start, axes, units)
    return RunFigure(figure=figure.to_plotly_json(), caption=_caption(axes, table), axes=axes)


def _lines(
    table: Mapping[str, Any], start: Mapping[str, Any], axes: Axes, units: Mapping[str, str]
) -> go.Figure:
    across = _values(table, start, axes.x)
    lines = [_values(table, start, name) for name in axes.y]
    rows = kept_rows(lines, MOST_POINTS) if lines else np.arange(len(across))
    figure = go.Figure(layout=_layout(axes.x, axes.y, units))
    for name, values in zip(axes.y, lines, strict=True):
        figure.add_scatter(
            x=_plain(across[rows]),
            y=_plain(values[rows]),
            name=name,
            mode="lines+markers" if len(rows) <= 500 else "lines",
            marker={"size": 5},
            line={"width": 1.75},
            hovertemplate="%{x}: %{y}<extra>" + _escaped(name) + "</extra>",
        )
    return figure


def _map(
    table: Mapping[str, Any], start: Mapping[str, Any], axes: Axes, units: Mapping[str, str]
) -> go.Figure:
    """Draw the first signal in colour over both axes: cells where the points form a grid, else dots."""
    name = axes.y[0]
    fast, slow, values = (_values(table, start, key) for key in (axes.x, axes.slow, name))
    layout = _layout(axes.x, (axes.slow,), units)
    shape = _grid_shape(start)
    bar = {"title": {"text": _escaped(_label(name, units)), "side": "right"}}
    figure = go.Figure(layout=layout)
    if shape is not None and len(values) > 0:
        grid_fast, grid_slow, grid = _gridded(fast, slow, values, shape)
        figure.add_heatmap(
            x=_plain(grid_fast),
            y=_plain(grid_slow),
            z=[_plain(row) for row in grid],
            colorscale="Viridis",
            colorbar=bar,
        )
    else:
        figure.add_scatter(
            x=_plain(fast),
            y=_plain(slow),
            mode="markers",
            marker={"color": _plain(values), "colorscale": "Viridis", "colorbar": bar, "size": 7},
        )
    return figure


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
    return np.array([_number(value) for value in column or ()], dtype=float)


def _number(value: Any) -> float:
    if isinstance(value, Mapping):
        value = value.get(NON_FINITE)
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _plain(values: Values) -> list[float | None]:
    """Give JSON values: None where there is no finite number."""
    return [value if np.isfinite(value) else None for value in values.tolist()]


def _layout(x: str, y: Sequence[str], units: Mapping[str, str]) -> dict[str, Any]:
    return {
        "template": "none",
        "margin": {"l": 64, "r": 16, "t": 16, "b": 48},
        "hovermode": "closest",
        "showlegend": len(y) > 1,
        "legend": {"orientation": "h", "y": 1.08, "x": 0},
        "xaxis": {"title": {"text": _escaped(_label(x, units))}, "automargin": True, "zeroline": False},
        "yaxis": {"title": {"text": _escaped(_y_label(y, units))}, "automargin": True, "zeroline": False},
    }


def _label(key: str, units: Mapping[str, str]) -> str:
    name = "point" if key == POINT else key
    return f"{name} ({units[key]})" if units.get(key) else name


def _y_label(names: Sequence[str], units: Mapping[str, str]) -> str:
    if len(names) == 1:
        return _label(names[0], units)
    shared = {units.get(name, "") for name in names}
    return shared.pop() if len(shared) == 1 else ""


def _escaped(text: str) -> str:
    """Keep names from being read as Plotly's small HTML or its templates."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("%{", "% {")):
        text = text.replace(sign, entity)
    return text


def _caption(axes: Axes, table: Mapping[str, Any]) -> str:
    count = len(table["seq_num"])
    points = f"{count} point" + ("" if count == 1 else "s")
    if axes.slow and axes.y:
        return f"{axes.y[0]} over {axes.x} and {axes.slow}, {points}."
    names = ", ".join(axes.y) or "nothing"
    return f"{names} over {'the point number' if axes.x == POINT else axes.x}, {points}."
