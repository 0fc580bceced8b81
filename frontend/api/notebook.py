"""A run to go on with: a Jupyter notebook, a few lines of Python, and its address as a picture."""

import io
import json
from dataclasses import dataclass
from typing import Any

import segno
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.requests import actor_of
from catalog import selectors
from catalog.export.file_names import content_disposition, file_name
from frontend.figures.axes import main_stream

FORMAT, FORMAT_MINOR = 4, 5
MEDIA_TYPE = "application/x-ipynb+json"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a notebook."""

    kind: str
    text: str


def cells(site: str, run: dict[str, Any]) -> list[Cell]:
    """Give what a notebook about a run begins with: words, the connection, its data, its figure.

    Parameters
    ----------
    site
        Address of the installation.
    run
        As `catalog.selectors.run_detail` tells it.
    """
    streams = run["streams"]
    name = main_stream(run["start"], streams)
    number = run["scan_id"] if run["scan_id"] is not None else run["uid"][:8]
    connect = [
        "import beamport",
        "",
        "# An API key of your own: `beamport login` keeps it, or set BEAMPORT_API_KEY.",
        f"client = beamport.connect({json.dumps(site)})",
        f"run = client.catalog[{json.dumps(run['uid'])}]",
        "run",
    ]
    about = [f"# Scan {number}", "", f"Run [`{run['uid']}`]({site}/runs/{run['uid']}) at {run['beamline']}."]
    found = [Cell("markdown", "\n".join(about)), Cell("code", "\n".join(connect)), Cell("code", "run.start")]
    if name:
        stream = json.dumps(name)
        found.append(Cell("code", f"data = run[{stream}].read()  # xarray, with units\ndata"))
        found.append(Cell("code", f"table = run[{stream}].to_pandas()\ntable"))
        draw = 'import plotly.graph_objects as go\n\ngo.Figure(run.figure()["figure"])'
        found.append(Cell("code", draw))
    return found


def notebook(site: str, run: dict[str, Any]) -> dict[str, Any]:
    """Give a notebook (nbformat 4.5) about a run; see `cells`."""
    return {
        "cells": [_cell(place, cell) for place, cell in enumerate(cells(site, run))],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": FORMAT,
        "nbformat_minor": FORMAT_MINOR,
    }


def snippet(site: str, run: dict[str, Any]) -> str:
    """Give the cells of code as one text to be pasted."""
    code = [cell.text for cell in cells(site, run) if cell.kind == "code"]
    return "\n\n".join([*code[:1], *code[2:4]]) + "\n"


def _cell(place: int, cell: Cell) -> dict[str, Any]:
    lines = cell.text.splitlines(keepends=True)
    told = {"id": f"cell-{place}", "cell_type": cell.kind, "metadata": {}, "source": lines}
    return told if cell.kind == "markdown" else {**told, "execution_count": None, "outputs": []}


class RunNotebookView(APIView):
    """A run in a notebook."""

    @extend_schema(
        operation_id="run_notebook",
        parameters=[OpenApiParameter("form", str, enum=("ipynb", "py"), description="ipynb by default.")],
        responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT, (200, "text/x-python"): OpenApiTypes.STR},
    )
    def get(self, request: Request, uid: str) -> HttpResponse:
        """Give a Jupyter notebook that reads and draws the run, or the same as a few lines of Python."""
        run = selectors.run_detail(actor_of(request), uid)
        site = request.build_absolute_uri("/").rstrip("/")
        if request.query_params.get("form") == "py":
            return HttpResponse(snippet(site, run), content_type="text/x-python; charset=utf-8")
        answer = HttpResponse(json.dumps(notebook(site, run), indent=1), content_type=MEDIA_TYPE)
        name = file_name(run["uid"], "ipynb", start=run["start"])
        answer["Content-Disposition"] = content_disposition(name)
        return answer


class RunCodeView(APIView):
    """The address of a run as a QR code."""

    @extend_schema(operation_id="run_qr", responses={(200, "image/svg+xml"): OpenApiTypes.BINARY})
    def get(self, request: Request, uid: str) -> HttpResponse:
        """Give the stable address of the run's page as a QR code, an SVG picture."""
        run = selectors.run_summary(selectors.run(actor_of(request), uid))
        buffer = io.BytesIO()
        address = request.build_absolute_uri(f"/runs/{run['uid']}")
        segno.make_qr(address, error="m").save(buffer, kind="svg", scale=4, light="#ffffff")
        answer = HttpResponse(buffer.getvalue(), content_type="image/svg+xml")
        answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        answer["Cache-Control"] = "private, no-cache"
        return answer
