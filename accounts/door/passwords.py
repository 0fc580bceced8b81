"""Look at a password, here or in the directory, after the counts have let the try pass."""

from __future__ import annotations

from django.conf import settings
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
        found = _in_directory(username, password, address)
    if not isinstance(found, User):
        sign_in.note_failure(username=username, address=address)
        return None
    sign_in.forget_failures(username=username, address=address)
    return found


def _in_directory(username: str, password: str, address: str) -> User | None:
    if settings.DIRECTORY is None:
        return None
    from accounts.door import directory  # its LDAP library is loaded only where one is asked

    return directory.person_with(username=username, password=password, address=address)
