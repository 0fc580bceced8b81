"""A code by which a person sets a password of their own: for the first one, and when it is forgotten.

An administrator who has seen the person makes it and hands it over; it is shown once and kept nowhere. It
ends after a day, and with any new password, so it opens once. It signs nobody in: the door asks for the new
password, and for the second factor where there is one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts import audit, services, sign_in
from accounts.actor import Actor
from accounts.door.on_behalf import account_for
from accounts.door.spelled_codes import as_made, in_groups
from accounts.errors import ConflictError, InvalidError
from accounts.json_gate import is_text
from accounts.models import User

SALT: Final = "accounts.door.password_codes"
LIFETIME: Final = timedelta(hours=24)
END_BYTES: Final = 5
SEAL_BYTES: Final = 20  # 160 bits that nobody can guess; with the end 40 letters and digits
WRONG: Final = "This name and this code do not fit, or the code has ended."


@transaction.atomic
def make(*, actor: Actor, username: str, reason: str) -> str:
    """Give a code for a person, as administrator; audits ``user.password_code_made``."""
    user = account_for(actor, username, reason=reason, why="how you know who asked for it")
    if not user.is_active:
        raise ConflictError(f"{user.username} is closed.", hint="Open the account first.")
    audit.record(
        actor=actor,
        action="user.password_code_made",
        object_kind="user",
        object_id=user.username,
        reason=reason,
    )
    end = int(time.time() + LIFETIME.total_seconds()).to_bytes(END_BYTES, "big")
    return in_groups(base64.b32encode(end + _seal(user, end)).decode())


def use(*, username: str, code: str, password: str, address: str) -> None:
    """Set the password of the person to whom the code belongs; audits ``user.password_changed``.

    Raises
    ------
    TooManyError
        Too many tries; the code was not looked at.
    InvalidError
        Name and code do not fit, or the password is too weak: then the code stays good.
    """
    if not is_text(username):
        raise InvalidError(WRONG)
    sign_in.count_try(username=username, address=address)
    if not _set(username, code, password, address):
        sign_in.note_failure(username=username, address=address)
        raise InvalidError(WRONG)


@transaction.atomic
def _set(username: str, code: str, password: str, address: str) -> bool:
    """Set the password when the code fits; of two that come at once with one code, one does."""
    people = User.objects.select_for_update()
    user = people.filter(username=username, is_active=True).first()
    if user is None or not _fits(user, code):
        return False
    person = Actor(kind="person", user_id=user.pk, username=user.get_username(), address=address)
    sign_in.forget_failures(username=username, address=address)
    services.change_password(actor=person, username=user.get_username(), password=password)
    return True


def _fits(user: User, code: str) -> bool:
    try:
        typed = base64.b32decode(as_made(code))
    except (binascii.Error, ValueError):
        return False
    end, seal = typed[:END_BYTES], typed[END_BYTES:]
    is_sound = hmac.compare_digest(seal, _seal(user, end))
    return is_sound and int.from_bytes(end, "big") > time.time()


def _seal(user: User, end: bytes) -> bytes:
    bound = f"{user.pk}:{end.hex()}:{user.password}"
    return salted_hmac(SALT, bound, algorithm="sha256").digest()[:SEAL_BYTES]
