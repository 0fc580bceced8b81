"""Who may open a page: signed in, and with the scope that the page needs."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import BeamportError, ForbiddenError, NotSignedInError
from accounts.requests import actor_of
from frontend.bootstrap import chosen_beamline

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(scope: Scope | None = None) -> Callable[[Page[P]], Page[P]]:
    """Let a view be opened by who is signed in and has `scope` at the chosen beamline.

    Nobody signed in is sent to the sign-in page; unknown and not to be seen is 404 alike; seen but without
    the scope is 403. A page without a beamline to be about is shown to everybody signed in: it says so.
    """

    def wrap(view: Page[P]) -> Page[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                if scope is not None:
                    require_here(request, actor_of(request), scope)
                return view(request, *args, **kwargs)
            except NotSignedInError:
                return redirect("login")
            except ForbiddenError as error:
                raise PermissionDenied(str(error.detail)) from error
            except BeamportError as error:
                if error.status in (400, 404):
                    raise Http404(str(error.detail)) from error
                raise

        return login_required(checked)

    return wrap


def require_here(request: HttpRequest, actor: Actor, scope: Scope) -> None:
    """Require `scope` at the chosen beamline; nothing when there is none."""
    beamline = chosen_beamline(request, actor)
    if beamline is not None:
        require(actor, scope, beamline=beamline["name"])
