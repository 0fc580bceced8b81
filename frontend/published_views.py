"""Pages of the data that are published for everybody: shown without an account, and to all alike.

They ask as nobody, whoever looks: what stands here is what the world sees.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.actor import Actor, anonymous_actor
from accounts.errors import BeamportError, InvalidError, NotFoundError
from accounts.json_gate import is_text
from accounts.requests import address_of
from catalog import selectors
from catalog.queries import RunQuery
from catalog.search import run_query
from frontend.figures.axes import choose_axes, main_stream

RUNS: Final = 50
ROWS: Final = 100
LONGEST_SEARCH: Final = 2000
FORMATS: Final = (("csv", "CSV"), ("xlsx", "Excel"), ("nexus", "NeXus"), ("jsonl", "JSON lines"))


@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """List the published runs that match, newest first."""
    text, fault = request.GET.get("q", ""), None
    page: Any = None
    try:
        page = _page(_nobody(request), text, request.GET.get("cursor", ""))
    except InvalidError as error:
        fault = error
    context = {
        "q": text,
        "page": page,
        "runs": [{**row, "at": _moment(row["time"])} for row in page.results] if page else [],
        "next": urlencode({"q": text, "cursor": page.next}) if page and page.next else "",
        "fault": fault,
    }
    return render(request, "frontend/published.html", context, status=400 if fault else 200)


@require_GET
def published_run(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one published run; 404 for every other one."""
    try:
        run = selectors.run_detail(_nobody(request), uid)
    except BeamportError as error:
        raise Http404("There is no such run that is published.") from error
    first = main_stream(run["start"], run["streams"])
    names = sorted(run["streams"], key=lambda name: name != first)
    streams = [_stream(_nobody(request), run["uid"], name, run["streams"][name]) for name in names]
    context = {
        "run": run,
        "at": _moment(run["time"]),
        "streams": streams,
        "is_drawn": bool(first and choose_axes(run["start"], run["streams"][first], stream_name=first).y),
        "metadata": [(key, _in_words(value)) for key, value in sorted(run["start"].items())],
        "formats": FORMATS,
    }
    return render(request, "frontend/published_run.html", context)


def is_published(request: HttpRequest, uid: str) -> bool:
    """Tell whether a run may be seen by everybody."""
    try:
        selectors.run(_nobody(request), uid)
    except (NotFoundError, InvalidError):
        return False
    return True


def _nobody(request: HttpRequest) -> Actor:
    return anonymous_actor(address_of(request))


def _page(actor: Actor, text: str, cursor: str) -> selectors.RunPage:
    if not is_text(text) or not is_text(cursor) or len(text) > LONGEST_SEARCH:
        raise InvalidError(f"A search is text of at most {LONGEST_SEARCH} characters.")
    return selectors.runs(actor, run_query(text, query=RunQuery(cursor=cursor, limit=RUNS)))


def _stream(actor: Actor, uid: str, name: str, facts: dict[str, Any]) -> dict[str, Any]:
    shown = [one for one in facts["columns"] if not one["shape"] and not one["external"]]
    names = [one["key"] for one in shown]
    rows = selectors.table(actor, uid, name, columns=names, stop=ROWS) if names else {"columns": {}}
    columns = [rows["columns"][key] for key in names]
    return {
        "name": name,
        "num_events": facts["num_events"],
        "columns": shown,
        "left_out": [one["key"] for one in facts["columns"] if one not in shown],
        "rows": [tuple(map(_cell, row)) for row in zip(rows["seq_num"], *columns, strict=True)]
        if names
        else [],
    }


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _cell(value: Any) -> Any:
    """Give a float to six figures: what a sum rounded to is no measurement."""
    return f"{value:.6g}" if isinstance(value, float) else value


def _in_words(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
