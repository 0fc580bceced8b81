"""Figures of runs as plain Plotly dicts; no Django, useful in a notebook."""

from frontend.figures.axes import Axes, choose_axes
from frontend.figures.compare_figure import Part, compare_figure
from frontend.figures.from_documents import documents_figure
from frontend.figures.pictures import figure_file
from frontend.figures.run_figure import RunFigure, run_figure

__all__ = [
    "Axes",
    "Part",
    "RunFigure",
    "choose_axes",
    "compare_figure",
    "documents_figure",
    "figure_file",
    "run_figure",
]
