"""The page of the REST API: every route with what it takes, gives, and a command line to try it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.json_gate import is_text
from frontend.permissions import page
from frontend.route_guide import found

LONGEST_SEARCH = 200


@require_GET
@page()
def api_guide(request: HttpRequest) -> HttpResponse:
    """List the routes that have the words of `q`, by group."""
    text = request.GET.get("q", "")
    wanted = text if is_text(text) else ""
    groups = found(wanted[:LONGEST_SEARCH])
    context = {
        "q": wanted,
        "groups": groups,
        "count": sum(map(len, groups.values())),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "frontend/api.html", context)
