"""Passwords are looked at in one place, so that every door (site and tokens) is slowed and audited alike."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import sign_in
from accounts.door import passwords, second_factor
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
            user = passwords.person_with(username=username, password=password, address=address)
        except TooManyError as error:
            if request is not None:
                setattr(request, WAIT_ATTRIBUTE, error.retry_after_s)
            raise PermissionDenied(error.detail) from error
        if user is not None:
            is_half = second_factor.stands_before(user)
            note = sign_in.note_password if is_half else sign_in.note_success
            note(user=user, address=address)
        return user
