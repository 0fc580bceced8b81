"""The figure of a run, as the run page draws it, as PNG, SVG, PDF, JSON or a page of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from catalog.export.errors import NothingToExportError
from catalog.export.metadata import iso_time, text_of
from catalog.export.protocol import STREAM, ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import data_keys_of, inline_keys, streams_of
from frontend.figures import run_figure
from frontend.figures.axes import UnknownAxisError, main_stream
from frontend.figures.pictures import MEDIA_TYPES, Size, figure_file

MOST_ROWS = 200_000
_KEY = {"type": "string", "maxLength": 1000, "default": ""}


def figure_of(run: ExportableRun, options: Options) -> tuple[dict[str, Any], str]:
    """Give the figure (Plotly's ``data`` and ``layout``) and its caption.

    Raises
    ------
    NothingToExportError
        The stream has no column that can be drawn, or not the one asked for.
    """
    stream = options["stream"] or main_stream(run.start, _streams(run))
    if not stream:
        raise NothingToExportError("This run has no events, so there is nothing to draw.")
    try:
        made = run_figure(
            _table(run, stream),
            run.start,
            _described(run, stream),
            stream_name=stream,
            x=options["x"] or None,
            y=options["y"],
            slow=options["slow"] or None,
            per=options["per"] or None,
            log=options["log"],
        )
    except UnknownAxisError as error:
        raise NothingToExportError(str(error)) from error
    if not made.figure["data"]:
        raise NothingToExportError("There is nothing to draw in this stream.")
    return made.figure, made.caption


def write_figure(kind: str, run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the figure as a picture, as a page of its own or as Plotly's JSON."""
    figure, caption = figure_of(run, options)
    size = Size(**{name: options[name] for name in _SIZES if name in options})
    yield figure_file(kind, figure, _title(run, caption), size)


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


def _streams(run: ExportableRun) -> dict[str, dict[str, Any]]:
    return {name: _described(run, name) for name in streams_of(run)}


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


_CHOICES: dict[str, dict[str, Any]] = {
    "stream": {**STREAM, "default": "", "description": "The one that the plan is about when empty."},
    "x": {**_KEY, "description": "Column, time, seq_num or expression; what the plan moved when empty."},
    "y": {
        "type": "array",
        "items": _KEY,
        "maxItems": 8,
        "default": [],
        "description": "Columns or expressions to draw; what is hinted when empty.",
    },
    "slow": {**_KEY, "description": "Second axis of a map; none for lines; as hinted when empty."},
    "per": {**_KEY, "description": "Column that each signal is divided by."},
    "log": {
        "type": "array",
        "items": {"enum": ["x", "y", "z"]},
        "default": [],
        "description": "Which axes are logarithmic; z is the colour of a map.",
    },
}
_SIZES = {
    "width": {"type": "number", "minimum": 1, "maximum": 20, "default": 7, "description": "Inches."},
    "height": {"type": "number", "minimum": 1, "maximum": 20, "default": 4.5, "description": "Inches."},
    "dpi": {"type": "integer", "minimum": 30, "maximum": 300, "default": 150, "description": "Dots an inch."},
}


def _picture(kind: str) -> Exporter:
    return Exporter(
        name=kind,
        title=f"Figure as {kind.upper()}",
        ending=kind,
        media_type=MEDIA_TYPES[kind],
        write=partial(write_figure, kind),
        options=options_schema(**_CHOICES, **_SIZES),
        loses="all but what is drawn",
        readers=("picture viewers",),
    )


EXPORTERS = (
    _picture("png"),
    _picture("svg"),
    _picture("pdf"),
    Exporter(
        name="html",
        title="Figure as a page that stands alone",
        ending="html",
        media_type=MEDIA_TYPES["html"],
        write=partial(write_figure, "html"),
        options=options_schema(**_CHOICES),
        loses="all but what is drawn",
        readers=("browsers",),
    ),
    Exporter(
        name="plotly",
        title="Figure as JSON of Plotly",
        ending="plotly.json",
        media_type=MEDIA_TYPES["json"],
        write=partial(write_figure, "json"),
        options=options_schema(**_CHOICES),
        loses="all but what is drawn",
        readers=("plotly",),
    ),
)
