"""Figures of runs as plain Plotly dicts; no Django, useful in a notebook."""

from frontend.figures.axes import Axes, choose_axes
from frontend.figures.run_figure import RunFigure, run_figure

__all__ = ["Axes", "RunFigure", "choose_axes", "run_figure"]
