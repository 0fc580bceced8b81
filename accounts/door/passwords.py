"""Look at a password, here or in the directory, after the counts have let the try pass."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend

from accounts import sign_in
from accounts.models import User


def person_with(*, username: str, password: str, address: str) -> User | None:
    """Give the person of a right name and password, None otherwise; audits ``sign_in.failed``.

    Raises
    ------
    TooManyError
        Too many tries; the password was not looked at.
    """
    sign_in.count_try(username=username, address=address)
    found = ModelBackend().authenticate(None, username=username, password=password)
    if not isinstance(found, User):
        sign_in.note_failure(username=username, address=address)
        return None
    sign_in.forget_failures(username=username, address=address)
    return found
