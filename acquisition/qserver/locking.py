"""The lock that the queue server's clients put on environment and queue, with a key that they share.

It binds those clients only; who steers the beamline is said by control (`acquisition.queue.control`), which
binds everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.access import Scope, require, scopes
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.selectors import beamline_named
from acquisition.qserver.models import ClientDesk
from acquisition.queue.change import announce_status
from acquisition.queue.services.auditing import audit_queue

SALT: Final = "acquisition.qserver.lock"
MAX_KEY: Final = 500
MAX_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True)
class LockOrder:
    """What somebody wants to lock, and with which key."""

    key: str
    environment: bool = False
    queue: bool = False
    note: str = ""


def desk_of(beamline: str) -> ClientDesk:
    """Give the desk of a beamline; one that was never written is empty."""
    return ClientDesk.objects.filter(beamline__name=beamline).first() or ClientDesk()


def lock(*, actor: Actor, beamline: str, order: LockOrder) -> ClientDesk:
    """Lock environment, queue or both; audits ``qserver.lock``.

    Raises
    ------
    ConflictError
        It is locked with another key.
    InvalidError
        Neither is named, or the key is empty.
    """
    if not (order.environment or order.queue):
        raise InvalidError("Say what to lock: environment, queue, or both.")
    _check_key_text(order.key)
    if len(order.note) > MAX_NOTE:
        raise InvalidError(f"The note has {len(order.note)} characters; {MAX_NOTE} are the most.")

    def put_on(desk: ClientDesk) -> None:
        if desk.is_locked and not _fits(desk, order.key):
            raise ConflictError(_locked_text(desk))
        desk.locks_environment, desk.locks_queue = order.environment, order.queue
        desk.lock_digest, desk.lock_note = _digest(order.key), order.note
        desk.locked_by, desk.locked_at = actor.username, timezone.now()

    return _change(actor, beamline, "qserver.lock", put_on)


def unlock(*, actor: Actor, beamline: str, key: str) -> ClientDesk:
    """Take the lock away with its key, or as staff who may take control; audits ``qserver.unlock``.

    Raises
    ------
    ConflictError
        The key is another one.
    """
    _check_key_text(key)
    is_staff = Scope.CONTROL_FORCE in scopes(actor, beamline=beamline)

    def take_off(desk: ClientDesk) -> None:
        if desk.is_locked and not _fits(desk, key) and not is_staff:
            raise ConflictError(f"Invalid key. {_locked_text(desk)}")
        desk.locks_environment = desk.locks_queue = False
        desk.lock_digest = desk.lock_note = desk.locked_by = ""
        desk.locked_at = None

    return _change(actor, beamline, "qserver.unlock", take_off)


def check_key(beamline: str, key: str | None) -> None:
    """Raise ConflictError when a key is given that is not the lock's."""
    desk = desk_of(beamline)
    if key is not None and desk.is_locked and not _fits(desk, key):
        raise ConflictError("Invalid key: it is not the one of the lock.")


def check_unlocked(beamline: str, what: frozenset[str], key: str | None) -> None:
    """Raise ConflictError when one of "environment", "queue" is locked and the key is not given."""
    desk = desk_of(beamline)
    locked = {
        name
        for name, is_on in (("environment", desk.locks_environment), ("queue", desk.locks_queue))
        if is_on
    }
    if locked & what and not (key and _fits(desk, key)):
        raise ConflictError(_locked_text(desk))


def clear_history(*, actor: Actor, beamline: str, until: Any) -> ClientDesk:
    """Hide what ended until then from the queue server's clients; audits ``qserver.history_cleared``."""

    def hide(desk: ClientDesk) -> None:
        if desk.cleared_until is None or until > desk.cleared_until:
            desk.cleared_until = until

    return _change(actor, beamline, "qserver.history_cleared", hide, scope=Scope.ENGINE_CONTROL)


def lock_info(desk: ClientDesk) -> dict[str, Any]:
    """Give the lock as the queue server tells it."""
    at = desk.locked_at
    return {
        "environment": desk.locks_environment,
        "queue": desk.locks_queue,
        "user": desk.locked_by or None,
        "time": at.timestamp() if at else None,
        "time_str": f"{at:%m/%d/%Y %H:%M:%S}" if at else "",
        "note": desk.lock_note or None,
        "emergency_lock_key_is_set": False,
    }


def _change(
    actor: Actor,
    beamline: str,
    action: str,
    act: Callable[[ClientDesk], None],
    *,
    scope: Scope = Scope.CONTROL_TAKE,
) -> ClientDesk:
    place = beamline_named(actor, beamline)
    require(actor, scope, beamline=beamline)
    with transaction.atomic():
        ClientDesk.objects.get_or_create(beamline_id=place.pk)
        desk = ClientDesk.objects.select_for_update().get(beamline_id=place.pk)
        before = _told(desk)
        act(desk)
        desk.save()
        audit_queue(actor, action, beamline, before=before, after=_told(desk))
        announce_status(place.pk, beamline)
    return desk


def _told(desk: ClientDesk) -> dict[str, Any]:
    until = desk.cleared_until
    return {**lock_info(desk), "cleared_until": until.isoformat() if until else None}


def _check_key_text(key: Any) -> None:
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY:
        raise InvalidError(f"lock_key is a text of 1 to {MAX_KEY} characters.")


def _fits(desk: ClientDesk, key: str) -> bool:
    return bool(desk.lock_digest) and constant_time_compare(desk.lock_digest, _digest(key))


def _digest(key: str) -> str:
    return salted_hmac(SALT, key, algorithm="sha256").hexdigest()


def _locked_text(desk: ClientDesk) -> str:
    what = " and ".join(
        name
        for name, is_on in (("environment", desk.locks_environment), ("queue", desk.locks_queue))
        if is_on
    )
    note = f" ({desk.lock_note})" if desk.lock_note else ""
    return f"{desk.locked_by} has locked the {what}{note}: send the lock's key, or ask them to unlock."
