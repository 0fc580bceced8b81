"""Several runs in one figure: one upon the other, apart, as an image, or as what differs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import plotly.graph_objects as go

from frontend.figures.run_figure import COLOURS, axis_layout, colour_bar, escaped, plain
from frontend.figures.thinning import Values, kept_rows

MOST_POINTS = 4_000
IMAGE_COLUMNS = 400
DASHES = ("solid", "dash", "dot", "dashdot")
"""When all colours are taken they are taken again, dashed."""
MODES = ("overlay", "offset", "waterfall", "difference", "ratio")


@dataclass(frozen=True, slots=True)
class Part:
    """One run of a comparison: its words and its points, in the order in which they were taken."""

    label: str
    x: Values
    y: Values
    name: str = ""
    """Few letters for an axis; the label when empty."""
    colour: int = 0
    """Which colour its line has, from 1, also when other runs come and go; 0: by its place."""


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """A figure with what is said beside it."""

    figure: dict[str, Any]
    caption: str


def compare_figure(
    parts: Sequence[Part],
    *,
    x: str,
    y: str,
    mode: str = "overlay",
    scale: str = "none",
    log: Collection[str] = (),
) -> ComparedFigure:
    """Draw runs together.

    Parameters
    ----------
    parts
        The runs; the first is what the others are subtracted from or divided by.
    x, y
        Words for the axes.
    mode
        ``overlay``; ``offset``: each line above the one before; ``waterfall``: a row of an image each, on a
        common x; ``difference`` and ``ratio``: each other run minus, or divided by, the first, interpolated
        linearly at the points of the first where both have been measured.
    scale
        ``none``; ``max``: highest value 1; ``range``: from 0 to 1; ``area``: area under the line 1.
    log
        Which of ``x`` and ``y`` are logarithmic; ``z`` is the colour of a waterfall.

    Raises
    ------
    ValueError
        There is no such mode or scale.

    Examples
    --------
    >>> line = np.array([0.0, 1.0, 2.0])
    >>> made = compare_figure(
    ...     [Part("a", line, line + 1), Part("b", line, line + 3)], x="sx", y="det", mode="difference")
    >>> made.figure["data"][0]["y"], made.caption
    ([2.0, 2.0, 2.0], 'det over sx of 2 runs, minus a; between points they are interpolated linearly.')
    """
    if mode not in MODES or scale not in SCALES:
        raise ValueError(f"{mode!r} and {scale!r}: choose one of {MODES} and one of {tuple(SCALES)}.")
    apart: list[str] = []
    scaled = [
        replace(part, y=SCALES[scale](part), colour=part.colour or place)
        for place, part in enumerate(map(_sorted, parts), 1)
    ]
    if mode == "waterfall":
        figure = _image(scaled, x, y, "z" in log)
    else:
        arranged = _ARRANGED[mode](scaled)
        apart = [part.label for part in arranged if not (np.isfinite(part.x) & np.isfinite(part.y)).any()]
        figure = _lines(arranged, x, y)
    for name in {"x", "y"} & set(log):
        figure.layout[f"{name}axis"].type = "log"
    return ComparedFigure(figure.to_plotly_json(), _caption(parts, x, y, mode, apart))


def on_axis(part: Part, x: Values) -> Values:
    """Interpolate the values of a run linearly at `x`; NaN outside of what it measured."""
    known = np.isfinite(part.x) & np.isfinite(part.y)
    own, first = np.unique(part.x[known], return_index=True)
    if own.size == 0:
        return np.full(x.shape, np.nan)
    return np.asarray(np.interp(x, own, part.y[known][first], left=np.nan, right=np.nan), dtype=float)


def _sorted(part: Part) -> Part:
    order = np.argsort(part.x, kind="stable")
    return replace(part, x=part.x[order], y=part.y[order])


def _by_max(part: Part) -> Values:
    return _divided(part.y, np.nanmax(part.y) if np.isfinite(part.y).any() else np.nan)


def _by_range(part: Part) -> Values:
    if not np.isfinite(part.y).any():
        return part.y
    low, high = float(np.nanmin(part.y)), float(np.nanmax(part.y))
    return _divided(part.y - low, high - low)


def _by_area(part: Part) -> Values:
    known = np.isfinite(part.x) & np.isfinite(part.y)
    return _divided(part.y, float(np.trapezoid(part.y[known], part.x[known])))


def _divided(values: Values, by: Any) -> Values:
    with np.errstate(all="ignore"):
        return np.asarray(values / by, dtype=float)


SCALES: Mapping[str, Callable[[Part], Values]] = MappingProxyType(
    {"none": lambda part: part.y, "max": _by_max, "range": _by_range, "area": _by_area}
)


def _apart(parts: Sequence[Part]) -> list[Part]:
    """Lift each line above the one before by a fifth of the widest range among them."""
    ranges = [np.nanmax(part.y) - np.nanmin(part.y) for part in parts if np.isfinite(part.y).any()]
    step = 0.2 * float(max(ranges, default=1.0))
    return [replace(part, y=part.y + step * place) for place, part in enumerate(parts)]


def _against_first(parts: Sequence[Part], join: Callable[[Values, Values], Values], sign: str) -> list[Part]:
    first, *others = parts
    with np.errstate(all="ignore"):
        return [
            replace(
                part,
                label=f"{part.label} {sign} {first.name or first.label}",
                x=first.x,
                y=join(on_axis(part, first.x), first.y),
            )
            for part in others
        ]


_ARRANGED: Mapping[str, Callable[[Sequence[Part]], Sequence[Part]]] = MappingProxyType(
    {
        "overlay": lambda parts: parts,
        "offset": _apart,
        "difference": lambda parts: _against_first(parts, np.subtract, "−"),
        "ratio": lambda parts: _against_first(parts, np.divide, "/"),
    }
)


def _lines(parts: Sequence[Part], x: str, y: str) -> go.Figure:
    figure = go.Figure(layout={**axis_layout(x, y), "showlegend": True})
    for part in parts:
        rows = kept_rows([part.y], MOST_POINTS)
        figure.add_scatter(
            x=plain(part.x[rows]),
            y=plain(part.y[rows]),
            name=escaped(part.label),
            mode="lines+markers" if len(rows) <= 200 else "lines",
            marker={"size": 4},
            line={"width": 1.75, **_look(part.colour)},
            meta={"colour": part.colour},
            hovertemplate="%{x}: %{y}<extra>" + escaped(part.label) + "</extra>",
        )
    return figure


def _look(colour: int) -> dict[str, str]:
    turn, place = divmod(colour - 1, len(COLOURS))
    return {"color": COLOURS[place], "dash": DASHES[turn % len(DASHES)]}


def _image(parts: Sequence[Part], x: str, y: str, is_log: bool) -> go.Figure:
    ends = [part.x[np.isfinite(part.x)] for part in parts]
    known = np.concatenate(ends) if ends else np.array([])
    across = np.linspace(known.min(), known.max(), IMAGE_COLUMNS) if known.size else np.array([])
    rows = [on_axis(part, across) for part in parts]
    if is_log:
        rows = [np.log10(np.where(row > 0, row, np.nan)) for row in rows]
    labels = [escaped(f"{place}. {part.label}") for place, part in enumerate(parts, 1)]
    figure = go.Figure(layout=axis_layout(x, ""))
    figure.add_heatmap(
        x=plain(across),
        y=labels,
        z=[plain(row) for row in rows],
        colorscale="Viridis",
        colorbar=colour_bar(f"log10 of {y}" if is_log else y),
    )
    names = [escaped(part.name or part.label) for part in parts]
    figure.update_yaxes(type="category", tickvals=labels, ticktext=names)
    return figure


def _caption(parts: Sequence[Part], x: str, y: str, mode: str, apart: Sequence[str]) -> str:
    first = parts[0].label if parts else "nothing"
    between = "; between points they are interpolated linearly"
    words = {
        "difference": f", minus {first}{between}",
        "ratio": f", divided by {first}{between}",
        "offset": ", lifted apart",
        "waterfall": "; between points the colour is interpolated linearly",
    }
    nothing = (
        f" Nothing to draw of {', '.join(apart)}: no number, or no x in common with the first."
        if apart
        else ""
    )
    return f"{y} over {x} of {len(parts)} run{'' if len(parts) == 1 else 's'}{words.get(mode, '')}.{nothing}"
