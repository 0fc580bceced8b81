"""Figures as files: PNG, SVG and PDF by Matplotlib, a page that stands alone, and Plotly's own JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MEDIA_TYPES: Mapping[str, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
_DOTS_UP_TO = 500
_LINE_STYLES: Mapping[str, str] = {"dash": "--", "dot": ":", "dashdot": "-."}


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in inches, and dots an inch."""

    width: float = 7.0
    height: float = 4.5
    dpi: int = 150


DEFAULT_SIZE = Size()


def figure_file(kind: str, figure: Mapping[str, Any], title: str, size: Size = DEFAULT_SIZE) -> bytes:
    """Give a figure as a file.

    Parameters
    ----------
    kind
        ``png``, ``svg``, ``pdf``, ``html`` or ``json``: the keys of `MEDIA_TYPES`.
    figure
        ``data`` and ``layout`` of Plotly, as `run_figure` and `compare_figure` make them.
    title
        Words above the figure.
    size
        Of a picture; a page takes the size of its window.
    """
    if kind == "html":
        return _page(figure, title)
    if kind == "json":
        return json.dumps({"data": figure["data"], "layout": figure["layout"]}, allow_nan=False).encode()
    return _picture(kind, figure, title, size)


def _page(figure: Mapping[str, Any], title: str) -> bytes:
    """Give a page that needs no network: Plotly's script is inside."""
    import plotly.graph_objects as go

    drawn = go.Figure(dict(figure))
    drawn.update_layout(title={"text": _escaped(title), "font": {"size": 14}})
    text: str = drawn.to_html(include_plotlyjs=True, full_html=True)
    named = text.replace("<head>", f"<head>\n    <title>{_escaped(title)}</title>", 1)
    return named.encode()


def _picture(kind: str, figure: Mapping[str, Any], title: str, size: Size) -> bytes:
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(size.width, size.height), layout="constrained")
    axes = canvas.subplots()
    layout = figure["layout"]
    if "colorway" in layout:
        axes.set_prop_cycle(color=layout["colorway"])
    for trace in figure["data"]:
        _draw(canvas, axes, trace)
    for name in ("x", "y"):
        axis = layout.get(f"{name}axis") or {}
        axes.set(**{f"{name}label": _words(axis)})
        if axis.get("type") == "log":
            axes.set(**{f"{name}scale": "log"})
    for note in layout.get("annotations", ()):
        axes.text(note["x"], note["y"], _plain(note["text"]), transform=axes.transAxes, ha="center")
    axes.set_title(_plain(title), fontsize="small")
    if len(figure["data"]) > 1:
        axes.legend(fontsize="small")
    buffer = io.BytesIO()
    about = {"Title": title} if kind != "svg" else {"Title": title, "Date": None}
    canvas.savefig(buffer, format=kind, dpi=size.dpi, metadata=about)
    return buffer.getvalue()


def _draw(canvas: Any, axes: Any, trace: Mapping[str, Any]) -> None:
    if trace["type"] == "heatmap":
        x, z = (np.array(trace[name], dtype=float) for name in "xz")
        rows = trace["y"]
        is_named = any(isinstance(row, str) for row in rows)
        y = np.arange(len(rows)) if is_named else np.array(rows, dtype=float)
        bar = canvas.colorbar(axes.pcolormesh(x, y, z, cmap="viridis", shading="nearest"))
        bar.set_label(_plain(trace["colorbar"]["title"]["text"]))
        if is_named:
            axes.set_yticks(y, [_plain(row) for row in rows])
        return
    x, y = (np.array(trace[name], dtype=float) for name in "xy")
    marker = trace.get("marker") or {}
    if "color" in marker and not isinstance(marker["color"], str):
        dots = axes.scatter(x, y, c=np.array(marker["color"], dtype=float), cmap="viridis", s=12)
        canvas.colorbar(dots).set_label(_plain(marker["colorbar"]["title"]["text"]))
        return
    line = trace.get("line") or {}
    axes.plot(
        x,
        y,
        marker="o" if len(x) <= _DOTS_UP_TO else "",
        color=line.get("color"),
        linestyle=_LINE_STYLES.get(line.get("dash", ""), "-"),
        label=_plain(trace.get("name", "")),
        markersize=3,
        linewidth=1.2,
    )


def _words(axis: Mapping[str, Any]) -> str:
    return _plain((axis.get("title") or {}).get("text", ""))


def _plain(text: str) -> str:
    """Undo what keeps names from being markup for Plotly, and keep Matplotlib from reading formulas."""
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
        text = text.replace(entity, sign)
    return text.encode("utf-8", "replace").decode().replace("$", r"\$")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
