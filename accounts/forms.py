"""Forms of signing in and of changing one's password."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError

from accounts import services
from accounts.actor import Actor
from accounts.backends import WAIT_ATTRIBUTE
from accounts.models import User


class SignInForm(AuthenticationForm):
    """Name and password; the same words whether the account exists, is closed, or the password is wrong."""

    def get_invalid_login_error(self) -> ValidationError:
        """Tell to wait when the try was not looked at, else that name and password do not fit."""
        wait_s = getattr(self.request, WAIT_ATTRIBUTE, None)
        if wait_s is None:
            return ValidationError("This username and password do not fit.", code="invalid_login")
        return ValidationError(f"Too many tries. Wait {wait_s} s, then try again.", code="too_many")


class ChangePasswordForm(PasswordChangeForm):
    """The old password and the new one, twice; saved by the service, which audits it."""

    def __init__(self, user: User, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.actor = actor

    def save(self, commit: bool = True) -> User:
        """Set the password; all other sessions of the account end."""
        password = cast(str, self.cleaned_data["new_password1"])
        changed = services.change_password(
            actor=self.actor, username=self.user.get_username(), password=password
        )
        self.user.password = changed.password
        return changed
