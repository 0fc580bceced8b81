"""Slow down who guesses passwords, and nobody else.

Tries are counted by account name and address together. After `FREE_FAILURES` wrong passwords each further one
doubles the wait of that pair, up to `LONGEST_WAIT`. So a guesser far away cannot shut out the owner of the
account, and one colleague's forgotten password does not shut the door of a beamline behind one address.

Guessing spread out (one account from many addresses, many accounts from one address) is slowed by two wider
counts, which never touch a pair that has signed in before.

The failure is counted before the password is looked at, under a row lock: tries sent side by side all count.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import TooManyError
from accounts.models import SignInRecord, User

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(minutes=30)
WIDE_WINDOW = timedelta(hours=1)
WIDE_FAILURES_ACCOUNT = 50
WIDE_FAILURES_ADDRESS = 100
WIDE_WAIT = timedelta(seconds=30)
KNOWN_FOR = timedelta(days=90)
KEPT_FOR = timedelta(days=1)


@transaction.atomic
def count_try(*, username: str, address: str) -> None:
    """Count a try to sign in as a failure until `note_success` says otherwise.

    Raises
    ------
    TooManyError
        The pair, or guessing of its kind, must wait; the password must not be looked at.
    """
    account = _digest(username)
    pair, _ = SignInRecord.objects.select_for_update().get_or_create(account=account, address=address)
    now = timezone.now()  # after the lock: a try that waited for another is judged at its own turn
    _refuse_until(pair.blocked_until, now)
    if not _is_known(pair, now):
        _refuse_until(_wide_block(account, address, now), now)
    is_old = pair.last_failure_at is not None and pair.last_failure_at < now - FORGOTTEN_AFTER
    pair.failures = 1 if is_old else pair.failures + 1
    pair.last_failure_at = now
    wait = wait_after(pair.failures)
    pair.blocked_until = now + wait if wait else None
    pair.save(update_fields=["failures", "last_failure_at", "blocked_until"])


@transaction.atomic
def note_success(*, user: User, address: str) -> None:
    """Forget the failures of this account and address; audits ``sign_in.succeeded``."""
    forget_failures(username=user.get_username(), address=address)
    actor = Actor(kind="person", user_id=user.pk, username=user.get_username(), address=address)
    audit.record(actor=actor, action="sign_in.succeeded", object_kind="user", object_id=user.get_username())


@transaction.atomic
def note_password(*, user: User, address: str) -> None:
    """Forget the failures; audits ``sign_in.password_accepted``: the second factor is still to come."""
    forget_failures(username=user.get_username(), address=address)
    audit.record(
        actor=Actor(kind="anonymous", user_id=None, username="", address=address),
        action="sign_in.password_accepted",
        object_kind="user",
        object_id=user.get_username(),
    )


def forget_failures(*, username: str, address: str) -> None:
    """Note that a try was right after all: the failures of this name and address count no more."""
    SignInRecord.objects.update_or_create(
        account=_digest(username),
        address=address,
        defaults={
            "failures": 0,
            "last_failure_at": None,
            "blocked_until": None,
            "last_success_at": timezone.now(),
        },
    )


@transaction.atomic
def note_failure(*, username: str, address: str) -> None:
    """Audit ``sign_in.failed`` when the account exists, and drop counts that nobody needs any more.

    A name that is no account is not written down: it may be a password typed in the wrong box.
    """
    now = timezone.now()
    stale = Q(last_failure_at__lt=now - KEPT_FOR) | Q(last_failure_at=None)
    forgotten = Q(last_success_at=None) | Q(last_success_at__lt=now - KNOWN_FOR)
    SignInRecord.objects.filter(stale & forgotten).delete()
    known = User.objects.filter(username=username).exists()
    actor = Actor(kind="anonymous", user_id=None, username="", address=address)
    audit.record(
        actor=actor,
        action="sign_in.failed",
        object_kind="user",
        object_id=username if known else "(no such account)",
    )


@transaction.atomic
def note_end(*, actor: Actor) -> None:
    """Audit ``sign_in.ended``: the person signed out."""
    audit.record(actor=actor, action="sign_in.ended", object_kind="user", object_id=actor.username)


def wait_after(failures: int) -> timedelta:
    """Give the wait after this many failures in a row: none, then 1 s, doubling up to the longest."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - FREE_FAILURES, 16)), LONGEST_WAIT)


def _is_known(pair: SignInRecord, now: datetime) -> bool:
    return pair.last_success_at is not None and pair.last_success_at > now - KNOWN_FOR


def _wide_block(account: str, address: str, now: datetime) -> datetime | None:
    recent = SignInRecord.objects.filter(last_failure_at__gt=now - WIDE_WINDOW)
    of_account = _block_of(recent.filter(account=account), WIDE_FAILURES_ACCOUNT)
    of_address = _block_of(recent.filter(address=address), WIDE_FAILURES_ADDRESS)
    return max((block for block in (of_account, of_address) if block is not None), default=None)


def _block_of(records: QuerySet[SignInRecord], allowed: int) -> datetime | None:
    found = records.aggregate(failures=Sum("failures"), last=Max("last_failure_at"))
    if (found["failures"] or 0) < allowed or found["last"] is None:
        return None
    last: datetime = found["last"]
    return last + WIDE_WAIT


def _refuse_until(blocked_until: datetime | None, now: datetime) -> None:
    if blocked_until is None or blocked_until <= now:
        return
    wait_s = int((blocked_until - now).total_seconds()) + 1
    raise TooManyError(
        f"Too many tries to sign in. Wait {wait_s} s before the next one.", retry_after_s=wait_s
    )


def _digest(username: str) -> str:
    return hashlib.sha256(username.casefold().encode("utf-8", "backslashreplace")).hexdigest()
