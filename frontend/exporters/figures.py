"""The figure of a run, as the run page draws it, as PNG, SVG, PDF or a page of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from catalog.export.errors import NothingToExportError
from catalog.export.metadata import iso_time, text_of
from catalog.export.protocol import STREAM, ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import data_keys_of, inline_keys
from frontend.figures import run_figure
from frontend.figures.axes import UnknownAxisError

MOST_ROWS = 200_000
_KEY = {"type": "string", "maxLength": 1000, "default": ""}


def figure_of(run: ExportableRun, options: Options) -> tuple[dict[str, Any], str]:
    """Give the figure (Plotly's ``data`` and ``layout``) and its caption.

    Raises
    ------
    NothingToExportError
        The stream has no column that can be drawn, or not the one asked for.
    """
    stream = options["stream"]
    try:
        made = run_figure(
            _table(run, stream),
            run.start,
            _described(run, stream),
            stream_name=stream,
            x=options["x"] or None,
            y=options["y"] or None,
        )
    except UnknownAxisError as error:
        raise NothingToExportError(str(error)) from error
    if not made.figure["data"]:
        raise NothingToExportError("There is nothing to draw in this stream.")
    return made.figure, made.caption


def write_picture(kind: str, run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the figure as a picture, drawn with Matplotlib."""
    from matplotlib.figure import Figure

    figure, caption = figure_of(run, options)
    canvas = Figure(figsize=(options["width"], options["height"]), layout="constrained")
    axes = canvas.subplots()
    for trace in figure["data"]:
        _draw(canvas, axes, trace)
    layout = figure["layout"]
    axes.set_xlabel(_words(layout["xaxis"]))
    axes.set_ylabel(_words(layout["yaxis"]))
    axes.set_title(_plain(_title(run, caption)), fontsize="small")
    if len(figure["data"]) > 1:
        axes.legend()
    buffer = io.BytesIO()
    about = (
        {"Title": _title(run, caption)} if kind != "svg" else {"Title": _title(run, caption), "Date": None}
    )
    canvas.savefig(buffer, format=kind, dpi=options["dpi"], metadata=about)
    yield buffer.getvalue()


def write_page(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the figure as a page that needs no network: Plotly's script is inside."""
    import plotly.graph_objects as go

    figure, caption = figure_of(run, options)
    drawn = go.Figure(figure)
    drawn.update_layout(title={"text": _escaped(_title(run, caption)), "font": {"size": 14}})
    text: str = drawn.to_html(include_plotlyjs=True, full_html=True)
    yield text.encode()


def _draw(canvas: Any, axes: Any, trace: Mapping[str, Any]) -> None:
    if trace["type"] == "heatmap":
        x, y, z = (np.array(trace[name], dtype=float) for name in "xyz")
        bar = canvas.colorbar(axes.pcolormesh(x, y, z, cmap="viridis", shading="nearest"))
        bar.set_label(_plain(trace["colorbar"]["title"]["text"]))
        return
    x, y = (np.array(trace[name], dtype=float) for name in "xy")
    marker = trace.get("marker") or {}
    if "color" in marker and not isinstance(marker["color"], str):
        dots = axes.scatter(x, y, c=np.array(marker["color"], dtype=float), cmap="viridis", s=12)
        canvas.colorbar(dots).set_label(_plain(marker["colorbar"]["title"]["text"]))
        return
    style = "o-" if len(x) <= 500 else "-"
    axes.plot(x, y, style, label=_plain(trace.get("name", "")), markersize=3, linewidth=1.2)


def _table(run: ExportableRun, stream: str) -> dict[str, Any]:
    keys = inline_keys(run, stream)
    table: dict[str, Any] = {"seq_num": [], "time": [], "columns": {key: [] for key in keys}}
    for rows in run.rows(stream, keys):
        table["seq_num"] += rows.seq_num
        table["time"] += rows.time
        for key in keys:
            table["columns"][key] += rows.data[key]
        if len(table["seq_num"]) >= MOST_ROWS:
            break
    return table


def _described(run: ExportableRun, stream: str) -> dict[str, Any]:
    columns = [
        {
            "key": key,
            "dtype": value["dtype"],
            "shape": value.get("shape"),
            "units": value.get("units"),
            "external": value.get("external", ""),
        }
        for key, value in data_keys_of(run, stream).items()
    ]
    hints: dict[str, Any] = {}
    for descriptor in run.descriptors:
        if descriptor.get("name", "") == stream:
            hints = descriptor.get("hints") or {}
    return {"columns": columns, "hints": hints}


def _title(run: ExportableRun, caption: str) -> str:
    number = run.start.get("scan_id")
    words = [text_of(run, "plan_name") or "run", "" if number is None else f"#{number}"]
    begun = iso_time(float(run.start["time"]))[:19]
    return f"{' '.join(filter(None, words))}, {begun} UTC: {caption}".encode("utf-8", "replace").decode()


def _words(axis: Mapping[str, Any]) -> str:
    return _plain((axis.get("title") or {}).get("text", ""))


def _plain(text: str) -> str:
    """Undo what keeps names from being markup for Plotly, and keep Matplotlib from reading formulas."""
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
        text = text.replace(entity, sign)
    return text.encode("utf-8", "replace").decode().replace("$", r"\$")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_CHOICES = {
    "stream": STREAM,
    "x": {**_KEY, "description": "Column, time or seq_num to draw over; what the plan moved when empty."},
    "y": {**_KEY, "description": "Column to draw; what is hinted when empty."},
}
_SIZES = {
    "width": {"type": "number", "minimum": 1, "maximum": 20, "default": 7, "description": "Inches."},
    "height": {"type": "number", "minimum": 1, "maximum": 20, "default": 4.5, "description": "Inches."},
    "dpi": {"type": "integer", "minimum": 30, "maximum": 300, "default": 150, "description": "Dots an inch."},
}


def _picture(kind: str, media_type: str) -> Exporter:
    return Exporter(
        name=kind,
        title=f"Figure as {kind.upper()}",
        ending=kind,
        media_type=media_type,
        write=partial(write_picture, kind),
        options=options_schema(**_CHOICES, **_SIZES),
        loses="all but what is drawn",
        readers=("picture viewers",),
    )


EXPORTERS = (
    _picture("png", "image/png"),
    _picture("svg", "image/svg+xml"),
    _picture("pdf", "application/pdf"),
    Exporter(
        name="html",
        title="Figure as a page that stands alone",
        ending="html",
        media_type="text/html; charset=utf-8",
        write=write_page,
        options=options_schema(**_CHOICES),
        loses="all but what is drawn",
        readers=("browsers",),
    ),
)
