"""Sign in, sign out, change one's password: thin views over Django's, which rotate and end sessions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeDoneView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import sign_in
from accounts.backends import WAIT_ATTRIBUTE
from accounts.door import entry, open_id
from accounts.forms import ChangePasswordForm, SignInForm
from accounts.requests import actor_of

GOODBYE = "door.goodbye"


class SignInView(LoginView):
    """Show the form; on success Django gives the session a new key, so one planted before is worthless."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the identity provider, and after signing out here the way to sign out there."""
        context = super().get_context_data(**kwargs)
        goodbye = self.request.session.pop(GOODBYE, "")
        return {**context, "provider": open_id.provider(), "goodbye": goodbye}

    def form_valid(self, form: Any) -> HttpResponse:
        """Let the person in, or ask for the second factor first."""
        return entry.after_first_factor(self.request, form.get_user(), goes_to=self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again; 429 with Retry-After when the try had to wait."""
        response = super().form_invalid(form)
        wait_s = getattr(self.request, WAIT_ATTRIBUTE, None)
        if wait_s is not None:
            response.status_code = 429
            response["Retry-After"] = str(wait_s)
        return response


class SignOutView(LogoutView):
    """End the session on the server, by POST only."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Audit who leaves, end the session, and let the browser forget what it kept of the site."""
        actor = actor_of(request)
        id_token = request.session.get(open_id.ID_TOKEN, "")
        if actor.is_signed_in:
            sign_in.note_end(actor=actor)
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        if id_token:
            back_to = request.build_absolute_uri(reverse("login"))
            request.session[GOODBYE] = open_id.goodbye(id_token, back_to=back_to)
        return response


class ChangePasswordView(PasswordChangeView):
    """Change one's own password; asks for the old one."""

    template_name = "accounts/password_change.html"
    form_class = ChangePasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the actor to the form, for the audit log."""
        return {**super().get_form_kwargs(), "actor": actor_of(self.request)}


class PasswordChangedView(PasswordChangeDoneView):
    """Say that the password was changed."""

    template_name = "accounts/password_change_done.html"
