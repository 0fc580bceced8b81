"""Pages of the user office and of samples: each with its permission, drawn by the browser part."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from accounts import sample_selectors, selectors, visit_selectors
from accounts.access import Scope, require
from accounts.errors import InvalidError
from accounts.requests import actor_of
from frontend.bootstrap import chosen_beamline
from frontend.permissions import page
from frontend.views import shell

P = ParamSpec("P")
MOST_LABELS = 200


def facility_page(
    scope: Scope,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Let a page be opened by who has `scope` at the chosen beamline; with no beamline, anywhere."""

    def wrap(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            actor = actor_of(request)
            beamline = chosen_beamline(request, actor)
            require(actor, scope, beamline=beamline["name"] if beamline else None)
            return view(request, *args, **kwargs)

        return require_GET(page()(checked))

    return wrap


def _simple(title: str, summary: str, scope: Scope) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        return shell(request, title=title, summary=summary)

    return facility_page(scope)(view)


@facility_page(Scope.ACCOUNT_ADMIN)
def proposal(request: HttpRequest, number: str) -> HttpResponse:
    """Show one proposal; 404 when there is none."""
    found = selectors.proposal_numbered(actor_of(request), number)
    return shell(request, title=found.number, summary=f"Proposal {found.number}: {found.title}")


@require_GET
@page()
def visit(request: HttpRequest, visit: str) -> HttpResponse:
    """Show one visit to who sees its proposal; 404 when there is none."""
    found = visit_selectors.visit_numbered(actor_of(request), visit)
    dates = f"{found.starts_at:%Y-%m-%d %H:%M} to {found.ends_at:%Y-%m-%d %H:%M} UTC"
    lines = [f"{member.user.display_name}: {member.role}" for member in found.members.all()]
    return shell(request, title=found.number, summary=f"At {found.beamline.title}, {dates}.", lines=lines)


@require_GET
@page()
def samples(request: HttpRequest) -> HttpResponse:
    """Show the samples of one's proposals."""
    return shell(request, title="Samples", summary="The samples of the proposals that you may see.")


@require_GET
@page()
def sample(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one sample, where its label leads; 404 when there is none that the person may see."""
    found = sample_selectors.sample_with(actor_of(request), uid)
    lines = [f"{name}: {getattr(found, name)}" for name in ("composition", "holder", "position")]
    return shell(
        request, title=found.name, summary=f"Sample of proposal {found.proposal.number}.", lines=lines
    )


@require_GET
@page()
def labels(request: HttpRequest) -> HttpResponse:
    """Show labels to be printed: of the samples named by `uid`, or of a whole `proposal`."""
    rows = sample_selectors.samples(actor_of(request), proposal=request.GET.get("proposal", ""))
    uids = request.GET.getlist("uid")
    if uids:
        rows = rows.filter(uid__in=_uuids(uids))
    context = {"samples": rows.order_by("proposal__number", "name")[:MOST_LABELS], "most": MOST_LABELS}
    return render(request, "frontend/labels.html", context)


def _uuids(texts: list[str]) -> list[str]:
    wanted = [text for text in texts[:MOST_LABELS] if sample_selectors.is_uid(text)]
    if len(wanted) < len(texts):
        raise InvalidError("Not every uid is one of a sample.")
    return wanted


facility_patterns: list[URLPattern] = [
    path(
        "facility",
        _simple("Facility", "Visits, people and the state of the beamlines.", Scope.AUDIT_READ),
        name="facility",
    ),
    path(
        "facility/proposals",
        _simple("Proposals", "The proposals of the facility.", Scope.ACCOUNT_ADMIN),
        name="facility-proposals",
    ),
    path("facility/proposals/<str:number>", proposal, name="facility-proposal"),
    path(
        "facility/visits",
        _simple("Visits", "Who comes to which beamline, and when.", Scope.AUDIT_READ),
        name="facility-visits",
    ),
    path(
        "facility/visits/new",
        _simple("New visit", "Give a proposal time on a beamline.", Scope.ACCOUNT_ADMIN),
        name="facility-visit-new",
    ),
    path("facility/visits/<str:visit>", visit, name="facility-visit"),
    path(
        "facility/people",
        _simple("People", "The accounts of the facility and their roles.", Scope.ACCOUNT_ADMIN),
        name="facility-people",
    ),
    path(
        "facility/import",
        _simple("Import", "Take over rows of another system.", Scope.ACCOUNT_ADMIN),
        name="facility-import",
    ),
    path(
        "facility/beamlines",
        _simple("Beamlines", "Staff, groups and rules of the beamline.", Scope.AUDIT_READ),
        name="facility-beamlines",
    ),
    path("facility/audit", _simple("Audit", "What was done.", Scope.AUDIT_READ), name="facility-audit"),
    path(
        "facility/why",
        _simple("Why?", "Why a person may do something, or not.", Scope.AUDIT_READ),
        name="facility-why",
    ),
    path("samples", samples, name="samples-page"),
    path("samples/labels", labels, name="sample-labels"),
    path("samples/<str:uid>", sample, name="sample-page"),
]
