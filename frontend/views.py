"""Pages drawn by the browser part: each has its address, its permission, its title and a summary in words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.access import Scope
from accounts.errors import NotFoundError
from accounts.requests import actor_of
from acquisition.queue import selectors as queue
from catalog import selectors as catalog
from frontend.bootstrap import bootstrap
from frontend.dashboards import selectors as dashboards
from frontend.dashboards.widgets import STATUS
from frontend.permissions import page
from frontend.published_views import is_published


def shell(request: HttpRequest, *, title: str, summary: str, **context: Any) -> HttpResponse:
    """Send the page that the browser part takes over."""
    start = bootstrap(request, actor_of(request))
    response = render(
        request,
        "frontend/page.html",
        {"title": title, "summary": summary, "bootstrap": start, **context},
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@page(Scope.QUEUE_READ)
def overview(request: HttpRequest) -> HttpResponse:
    """Show what the beamline does."""
    return shell(request, title="Overview", summary="What the beamline does now, and what comes next.")


@page(Scope.QUEUE_READ)
def acquire(request: HttpRequest) -> HttpResponse:
    """Show the plans."""
    return shell(request, title="Acquire", summary="The plans that can be run here.")


@page(Scope.QUEUE_READ)
def acquire_plan(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the form of one plan."""
    return shell(request, title=plan, summary=f"The form of the plan {plan}.")


@page(Scope.QUEUE_READ)
def queue_page(request: HttpRequest) -> HttpResponse:
    """Show what runs, what waits and what has finished."""
    start = bootstrap(request, actor_of(request))
    lines = _queue_in_words(request, start["beamline"])
    return shell(request, title="Queue", summary="What runs, what waits and what has finished.", lines=lines)


@page(Scope.QUEUE_READ)
def live(request: HttpRequest) -> HttpResponse:
    """Show the current run while it is taken."""
    return shell(request, title="Live", summary="The current run while it is taken.")


@page()
def runs(request: HttpRequest) -> HttpResponse:
    """Show the catalogue."""
    return shell(request, title="Runs", summary="The runs that you may see, newest first.")


def run(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one run; who is not signed in sees a published one on its own page, and the door for any other."""
    if not request.user.is_authenticated and is_published(request, uid):
        return redirect("published-run", uid)
    return _run(request, uid)


@page()
def _run(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one run; 404 when there is none that the person may see."""
    found = catalog.run_summary(catalog.run(actor_of(request), uid))
    title = f"{found['plan_name']}, scan {found['scan_id'] or found['uid'][:8]}"
    lines = [
        f"{key}: {found[key]}" for key in ("exit_status", "proposal", "username", "sample") if found[key]
    ]
    return shell(request, title=title, summary=f"Run {found['uid']}.", lines=lines)


@page()
def compare(request: HttpRequest) -> HttpResponse:
    """Show several runs together."""
    return shell(request, title="Compare", summary="Runs drawn together, and how their metadata differ.")


@page()
def exports(request: HttpRequest) -> HttpResponse:
    """Show the exports that one has ordered."""
    return shell(request, title="Exports", summary="The exports that you have ordered, and their files.")


@page(Scope.DEVICE_READ)
def devices(request: HttpRequest) -> HttpResponse:
    """Show the devices and their values."""
    return shell(request, title="Devices", summary="The devices of the beamline and their values.")


@page(Scope.DEVICE_READ)
def device(request: HttpRequest, name: str) -> HttpResponse:
    """Show one device, or a part of one by its dotted name; 404 when there is none."""
    start = bootstrap(request, actor_of(request))
    if start["beamline"] is not None:
        known = queue.devices(actor_of(request), start["beamline"]["name"])["devices"]
        if name.split(".")[0] not in known:
            raise NotFoundError(f"There is no device {name!r} here.")
    return shell(request, title=name, summary=f"The device {name}: its value, its limits and its parts.")


@page(Scope.ENVIRONMENT)
def control(request: HttpRequest) -> HttpResponse:
    """Show staff what the worker has of the beamline, and who is in control."""
    return shell(request, title="Control", summary="The environment of the beamline, and who is in control.")


@page(Scope.CONSOLE_READ)
def console(request: HttpRequest) -> HttpResponse:
    """Show what the worker writes."""
    return shell(request, title="Console", summary="What the worker of the beamline writes.")


@page(Scope.QUEUE_READ)
def dashboard(request: HttpRequest, slug: str = STATUS) -> HttpResponse:
    """Show a board; 404 when there is none."""
    actor = actor_of(request)
    start = bootstrap(request, actor)
    title = "Dashboard"
    if start["beamline"] is not None:
        title = dashboards.dashboard(actor, start["beamline"]["name"], slug)["title"]
    return shell(request, title=title, summary="Values, trends and the current run of the beamline.")


@page(Scope.ENVIRONMENT)
def new_dashboard(request: HttpRequest) -> HttpResponse:
    """Let staff build a board."""
    return shell(request, title="New board", summary="The staff of a beamline build boards here.")


@require_GET
def kiosk(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the page of a screen on the wall; it holds no data: its script fetches them by a key."""
    response = render(request, "frontend/kiosk.html", {"slug": slug})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@page(Scope.QUEUE_READ)
def log(request: HttpRequest) -> HttpResponse:
    """Show the logbook of the visits."""
    return shell(request, title="Log", summary="What was done and seen, by people and by runs.")


@page()
def help_page(request: HttpRequest) -> HttpResponse:
    """Show what to do where, and the shortcuts."""
    return shell(request, title="Help", summary="What to do where, and which keys do it.")


def _queue_in_words(request: HttpRequest, beamline: dict[str, str] | None) -> list[str]:
    if beamline is None:
        return []
    try:
        found = queue.queue(actor_of(request), beamline["name"], limit=20)
    except NotFoundError:
        return []
    items = [item.get("plan", "an item of another proposal") for item in found["items"]]
    running = found["running"]
    first = f"Running: {running.get('plan', 'an item of another proposal') if running else 'nothing'}"
    return [first, *(f"{place}. {plan}" for place, plan in enumerate(items, 1))]
