"""Pages of the second factor and of one's sessions: plain forms that work without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Scope, require
from accounts.door import confirming, entry, open_id, password_codes, second_factor, sessions
from accounts.errors import BeamportError, ForbiddenError, InvalidError, NotFoundError, TooManyError
from accounts.models import User
from accounts.requests import actor_of, address_of

GOES_TO = "door.goes_to"


@never_cache
@require_http_methods(["GET", "POST"])
def code_at_door(request: HttpRequest) -> HttpResponse:
    """Ask for the code of who has given the password."""
    waiting = entry.held(request)
    if waiting is None or not second_factor.is_on(waiting.user):
        return redirect("login")
    fault = None
    if request.method == "POST":
        try:
            code = request.POST.get("code", "")
            second_factor.accept(user=waiting.user, code=code, address=address_of(request))
            entry.let_in_with_code(request, waiting.user)
            return redirect(waiting.goes_to)
        except BeamportError as error:
            fault = error
    return _told(request, "accounts/code.html", {}, fault, status=200)


@never_cache
@require_http_methods(["GET"])
def ask_provider(request: HttpRequest) -> HttpResponse:
    """Send the browser to the identity provider, when the person asked for it and not a page elsewhere."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return redirect("login")
    goes_to = request.GET.get("next", "")
    request.session[GOES_TO] = goes_to if _is_own(request, goes_to) else settings.LOGIN_REDIRECT_URL
    try:
        return open_id.ask(request, answer_to=request.build_absolute_uri(reverse("login-provider-answer")))
    except NotFoundError:
        return redirect("login")
    except BeamportError as error:
        return _refused(request, error)


@never_cache
@require_http_methods(["GET"])
def answer_of_provider(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider names, by the second factor unless the provider asked for one itself."""
    if open_id.provider() is None or "state" not in request.GET:
        return redirect("login")
    address = address_of(request)
    try:
        person, is_strong = open_id.person_behind(request, address=address)
    except BeamportError as error:
        return _refused(request, error)
    goes_to = request.session.pop(GOES_TO, settings.LOGIN_REDIRECT_URL)
    if is_strong or not second_factor.stands_before(person):
        entry.let_in_with_code(request, person)
        return redirect(goes_to)
    return entry.after_first_factor(request, person, goes_to=goes_to)


@never_cache
@require_http_methods(["GET", "POST"])
def enrol_at_door(request: HttpRequest) -> HttpResponse:
    """Let who must have a second factor, and has none yet, set it up on the way in."""
    waiting = entry.held(request)
    if waiting is None or second_factor.is_on(waiting.user):
        return redirect("login")
    fault = None
    if request.method == "POST":
        try:
            code = request.POST.get("code", "")
            codes = second_factor.confirm(user=waiting.user, code=code, address=address_of(request))
            entry.let_in_with_code(request, waiting.user)
            return render(
                request, "accounts/recovery_codes.html", {"codes": codes, "goes_to": waiting.goes_to}
            )
        except BeamportError as error:
            fault = error
    context = {"draft": second_factor.draft(waiting.user)}
    return _told(request, "accounts/enrol.html", context, fault, status=200)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def own_second_factor(request: HttpRequest) -> HttpResponse:
    """Show one's second factor; by POST switch it on or off, or renew its recovery codes."""
    user, fault = _person(request), None
    if request.method == "POST":
        try:
            codes = _change(request, user)
            sessions.end_others(actor=actor_of(request), session_key=request.session.session_key)
            if codes is not None:
                return render(
                    request, "accounts/recovery_codes.html", {"codes": codes, "goes_to": "/account"}
                )
            return redirect("second-factor")
        except BeamportError as error:
            fault = error
    status = second_factor.status(user)
    context = {
        "status": status,
        "draft": None if status.is_on else second_factor.draft(user),
        "asks_password": confirming.asks_password(user),
    }
    return _told(request, "accounts/second_factor.html", context, fault)


@require_POST
@login_required
def end_session(request: HttpRequest, handle: str) -> HttpResponse:
    """End one of one's sessions."""
    try:
        confirming.require_person(request, _person(request))
        sessions.end(actor=actor_of(request), handle=handle)
        messages.success(request, "The session has ended.")
    except NotFoundError as error:
        raise Http404(error.detail) from error
    except BeamportError as error:
        messages.error(request, error.detail)
    return redirect("account")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    try:
        confirming.require_person(request, _person(request))
        count = sessions.end_others(actor=actor_of(request), session_key=request.session.session_key)
        messages.success(request, f"Ended: {count}. Only this session is left.")
    except BeamportError as error:
        messages.error(request, error.detail)
    return redirect("account")


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def reset_second_factor(request: HttpRequest, username: str) -> HttpResponse:
    """Take another person's second factor away, with a reason; for facility administrators."""

    def reset(reason: str) -> HttpResponse:
        second_factor.reset(actor=actor_of(request), username=username, reason=reason)
        messages.success(request, f"{username} signs in without a second factor until a new one is set up.")
        return redirect("account")

    return _with_reason(request, "accounts/reset_second_factor.html", username, reset)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def end_sessions_of(request: HttpRequest, username: str) -> HttpResponse:
    """End every session of another person, with a reason; for facility administrators."""

    def end(reason: str) -> HttpResponse:
        count = sessions.end_of(actor=actor_of(request), username=username, reason=reason)
        messages.success(request, f"Ended: {count}. {username} must sign in anew.")
        return redirect("account")

    return _with_reason(request, "accounts/end_sessions.html", username, end)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def make_password_code(request: HttpRequest, username: str) -> HttpResponse:
    """Make a code by which another person sets a password, with a reason; for facility administrators."""

    def make(reason: str) -> HttpResponse:
        code = password_codes.make(actor=actor_of(request), username=username, reason=reason)
        place = request.build_absolute_uri(reverse("password-by-code"))
        shown = {"username": username, "code": code, "place": place}
        return render(request, "accounts/password_code_made.html", shown)

    return _with_reason(request, "accounts/password_code.html", username, make)


@never_cache
@require_http_methods(["GET", "POST"])
def password_by_code(request: HttpRequest) -> HttpResponse:
    """Let a person set a password with a code; they sign in with it afterwards."""
    fault, sent = None, request.POST
    if request.method == "POST":
        try:
            if sent.get("password", "") != sent.get("again", ""):
                raise InvalidError("The two passwords differ.")
            password_codes.use(
                username=sent.get("username", ""),
                code=sent.get("code", ""),
                password=sent.get("password", ""),
                address=address_of(request),
            )
            messages.success(request, "The password is set. Sign in with it.")
            return redirect("login")
        except BeamportError as error:
            fault = error
    return _told(request, "accounts/password_by_code.html", {"username": sent.get("username", "")}, fault)


@require_http_methods(["GET", "POST"])
def administration_door(request: HttpRequest) -> HttpResponse:
    """Send who wants the administration pages through the door of the site, which asks for every factor."""
    goes_to = request.GET.get("next", "")
    if not _is_own(request, goes_to):
        goes_to = "/admin/"
    if not request.user.is_authenticated:
        return redirect_to_login(goes_to)
    if not getattr(request.user, "is_staff", False):
        raise PermissionDenied("The administration pages are for facility administrators.")
    return redirect(goes_to)


def _with_reason(
    request: HttpRequest, template: str, username: str, act: Callable[[str], HttpResponse]
) -> HttpResponse:
    """Show an administrator the page that asks why; by POST do the act, which answers."""
    fault = None
    try:
        require(actor_of(request), Scope.ACCOUNT_ADMIN)
        if request.method == "POST":
            return act(request.POST.get("reason", ""))
    except (ForbiddenError, NotFoundError) as error:
        raise Http404("There is no such page here.") from error
    except BeamportError as error:
        fault = error
    return _told(request, template, {"username": username}, fault)


def _change(request: HttpRequest, user: User) -> list[str] | None:
    """Carry out what was asked; give recovery codes to show, if there are new ones."""
    confirming.require_password(request, user)
    act = request.POST.get("act", "")
    if act == "on":
        return second_factor.confirm(
            user=user, code=request.POST.get("code", ""), address=address_of(request)
        )
    if act == "codes":
        return second_factor.renew_codes(actor=actor_of(request))
    if act == "off":
        second_factor.switch_off(actor=actor_of(request))
        messages.success(request, "Your second factor is off.")
        return None
    raise InvalidError("There is nothing like that to do.")


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied("Only a person has a second factor.")
    return user


def _is_own(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())


def _refused(request: HttpRequest, fault: BeamportError) -> HttpResponse:
    return _told(request, "accounts/provider_refused.html", {}, fault)


def _told(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    fault: BeamportError | None,
    *,
    status: int | None = None,
) -> HttpResponse:
    """Show a page with what was refused; `status` stands for that of the fault, a wait excepted."""
    code = 200 if fault is None else status or fault.status
    response = render(request, template, {**context, "fault": fault}, status=code)
    if isinstance(fault, TooManyError):
        response.status_code = fault.status
        response["Retry-After"] = str(fault.retry_after_s)
    return response
