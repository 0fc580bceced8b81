"""Passwords are looked at in one place, so that every door (site and admin) is slowed and audited alike."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import sign_in
from accounts.door import second_factor
from accounts.errors import TooManyError
from accounts.json_gate import is_text
from accounts.models import User
from accounts.requests import address_of

WAIT_ATTRIBUTE = "sign_in_wait_s"


class SlowedPasswordBackend(ModelBackend):
    """Check a password as Django does, after `accounts.sign_in` let the try pass."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Give the user of a right password; None otherwise.

        Raises
        ------
        PermissionDenied
            Too many tries: Django asks no other backend, and `request.sign_in_wait_s` says how long to wait.
        """
        if username is None or password is None or not is_text(username):
            return None
        address = address_of(request) if request is not None else ""
        try:
            sign_in.count_try(username=username, address=address)
        except TooManyError as error:
            if request is not None:
                setattr(request, WAIT_ATTRIBUTE, error.retry_after_s)
            raise PermissionDenied(error.detail) from error
        user = super().authenticate(request, username=username, password=password)
        if not isinstance(user, User):
            sign_in.note_failure(username=username, address=address)
            return None
        if second_factor.stands_before(user):
            sign_in.note_password(user=user, address=address)
        else:
            sign_in.note_success(user=user, address=address)
        return user
