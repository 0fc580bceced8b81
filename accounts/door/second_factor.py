"""A second factor at the door: six digits from a phone (TOTP, RFC 6238), or a recovery code.

A code opens once: the time step of the last one taken is kept, and only later steps open. Wrong codes are
counted like wrong passwords, under a name of their own, so that a right password does not wipe them out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pyotp
import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit, sign_in
from accounts.actor import Actor
from accounts.door import sessions
from accounts.door.models import RecoveryCode, SecondFactor
from accounts.door.on_behalf import account_for
from accounts.door.sealing import resealed, seal, unseal
from accounts.door.spelled_codes import as_made, in_groups
from accounts.errors import ConflictError, ForbiddenError, InvalidError
from accounts.models import StaffAssignment, User

ISSUER: Final = "Beamport"
STEP_S: Final = 30
DRIFT_STEPS: Final = 1  # a phone's clock may be off by that many steps either way
DRAFT_LIFETIME: Final = timedelta(minutes=15)
RECOVERY_CODES: Final = 10
RECOVERY_LENGTH: Final = 28  # letters and digits of five random bits each: 140 bits
WRONG: Final = "This code is wrong, or was used before."


@dataclass(frozen=True, slots=True)
class Draft:
    """A secret to put on a phone: as text, and as QR code (an image in a `data:` address)."""

    secret: str
    image: str


@dataclass(frozen=True, slots=True)
class Status:
    """What a person's second factor is like."""

    is_on: bool
    is_required: bool
    codes_left: int


def status(user: User) -> Status:
    """Tell whether the person has a second factor, must have one, and how many recovery codes are left."""
    left = RecoveryCode.objects.filter(user=user, used_at=None).count()
    return Status(is_on=is_on(user), is_required=is_required(user), codes_left=left)


def is_on(user: User) -> bool:
    """Tell whether a code is asked of this person."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def is_required(user: User) -> bool:
    """Tell whether this person must sign in with a second factor: staff, or everybody, as the site asks."""
    if settings.EVERYONE_SECOND_FACTOR:
        return True
    if not settings.STAFF_SECOND_FACTOR:
        return False
    is_administrator = user.is_facility_admin or user.is_staff
    return is_administrator or StaffAssignment.objects.filter(user=user).exists()


def stands_before(user: User) -> bool:
    """Tell whether a right password alone does not let this person in."""
    return is_on(user) or is_required(user)


@transaction.atomic
def draft(user: User) -> Draft:
    """Give the secret to put on the phone, the same for some minutes, so that the page can be loaded again.

    Raises
    ------
    ConflictError
        The person has a second factor already.
    """
    row, is_new = SecondFactor.objects.select_for_update().get_or_create(user=user)
    if row.confirmed_at is not None:
        raise ConflictError("You have a second factor.", hint="Switch it off first to use another phone.")
    if is_new or row.created_at < timezone.now() - DRAFT_LIFETIME:
        row.sealed_secret, row.created_at = seal(pyotp.random_base32()), timezone.now()
        row.save(update_fields=["sealed_secret", "created_at"])
    secret = unseal(row.sealed_secret)
    address = pyotp.TOTP(secret).provisioning_uri(name=user.get_username(), issuer_name=ISSUER)
    image = segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return Draft(secret=secret, image=image)


@transaction.atomic
def confirm(*, user: User, code: str, address: str) -> list[str]:
    """Switch the second factor on with a first right code; audits ``second_factor.switched_on``.

    Returns
    -------
    list of str
        The recovery codes, which are kept nowhere.

    Raises
    ------
    InvalidError
        The code is wrong.
    """
    row = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if row is None or not _is_taken(row, code):
        raise InvalidError(
            "This code is wrong.",
            fields={"code": ["not the one that the phone shows now"]},
            hint="Check that the phone's clock is right.",
        )
    row.confirmed_at = timezone.now()
    row.save(update_fields=["confirmed_at"])
    codes = _new_codes(user)
    _record(_person(user, address), user, "second_factor.switched_on")
    return codes


def accept(*, user: User, code: str, address: str) -> None:
    """Pass silently for a right code of the phone or an unused recovery code, once.

    Audits ``second_factor.failed`` or ``second_factor.recovery_code_used``.

    Raises
    ------
    TooManyError
        Too many wrong codes; this one was not looked at.
    InvalidError
        The code is wrong or was used before.
    """
    name = _counted_as(user)
    sign_in.count_try(username=name, address=address)
    if not _opens(user, code, address):
        _note_failure(user, address)
        raise InvalidError(WRONG, fields={"code": [WRONG]})
    sign_in.forget_failures(username=name, address=address)


@transaction.atomic
def renew_codes(*, actor: Actor) -> list[str]:
    """Give new recovery codes, which end the old ones; audits ``second_factor.codes_renewed``."""
    user = _own(actor)
    if not is_on(user):
        raise ConflictError("You have no second factor.", hint="Switch it on first.")
    codes = _new_codes(user)
    _record(actor, user, "second_factor.codes_renewed")
    return codes


@transaction.atomic
def switch_off(*, actor: Actor) -> None:
    """Take one's own second factor away, once the caller has asked for the password again.

    Audits ``second_factor.switched_off``.

    Raises
    ------
    ConflictError
        The person must have one.
    """
    user = _own(actor)
    if is_required(user):
        raise ConflictError(
            "Staff sign in with a second factor here.",
            hint="For another phone, ask a facility administrator to reset it.",
        )
    _remove(user)
    _record(actor, user, "second_factor.switched_off")


@transaction.atomic
def reset(*, actor: Actor, username: str, reason: str) -> None:
    """Take another person's second factor away, as administrator; ends the person's sessions.

    Audits ``second_factor.reset``.
    """
    user = account_for(actor, username, reason=reason, why="how you know who asked for it")
    if not is_on(user):
        raise ConflictError(f"{user.username} has no second factor.")
    _remove(user)
    sessions.end_all(user)
    _record(actor, user, "second_factor.reset", reason=reason)


@transaction.atomic
def reseal() -> int:
    """Seal every secret under the secret key in use, all or none; gives how many. For the installation.

    Raises
    ------
    UnavailableError
        One was sealed under a key that is not told any more.
    """
    rows = list(SecondFactor.objects.select_for_update())
    for row in rows:
        row.sealed_secret = resealed(row.sealed_secret)
    SecondFactor.objects.bulk_update(rows, ["sealed_secret"], batch_size=500)
    return len(rows)


def _opens(user: User, code: str, address: str) -> bool:
    typed = as_made(code)
    if len(typed) == 6 and typed.isascii() and typed.isdigit():
        return _is_right(user, typed)
    return _recovers(user, typed, address)


@transaction.atomic
def _is_right(user: User, code: str) -> bool:
    row = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    return row is not None and _is_taken(row, code)


def _is_taken(row: SecondFactor, code: str) -> bool:
    """Tell whether `code` is that of a step after the last one taken, and take it; the row is locked."""
    typed = "".join(code.split())
    phone = pyotp.TOTP(unseal(row.sealed_secret), interval=STEP_S)
    now = int(time.time()) // STEP_S
    for step in range(max(now - DRIFT_STEPS, row.last_step + 1), now + DRIFT_STEPS + 1):
        if hmac.compare_digest(phone.generate_otp(step).encode(), typed.encode("utf-8", "backslashreplace")):
            row.last_step = step
            row.save(update_fields=["last_step"])
            return True
    return False


@transaction.atomic
def _recovers(user: User, code: str, address: str) -> bool:
    if not is_on(user):
        return False
    unused = RecoveryCode.objects.filter(user=user, hashed=_hashed(code), used_at=None)
    if not unused.update(used_at=timezone.now()):
        return False
    _record(_person(user, address), user, "second_factor.recovery_code_used")
    return True


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    plain = [_random_text(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, hashed=_hashed(code)) for code in plain)
    return [in_groups(code) for code in plain]


def _random_text(length: int) -> str:
    """Give that many letters and digits that are read and typed without doubt."""
    return base64.b32encode(secrets.token_bytes(length)).decode()[:length]


def _remove(user: User) -> None:
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


@transaction.atomic
def _note_failure(user: User, address: str) -> None:
    _record(Actor(kind="anonymous", user_id=None, username="", address=address), user, "second_factor.failed")


def _record(actor: Actor, user: User, action: str, *, reason: str = "") -> None:
    audit.record(actor=actor, action=action, object_kind="user", object_id=user.get_username(), reason=reason)


def _own(actor: Actor) -> User:
    user = User.objects.filter(pk=actor.account_pk, is_active=True).first()
    if user is None or actor.kind != "person":
        raise ForbiddenError("Only a signed-in person can do this.")
    return user


def _person(user: User, address: str) -> Actor:
    return Actor(kind="person", user_id=user.pk, username=user.get_username(), address=address)


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "backslashreplace")).hexdigest()


def _counted_as(user: User) -> str:
    """Give a name that nobody can type: names with NUL never reach the counts."""
    return f"second factor\x00{user.pk}"
