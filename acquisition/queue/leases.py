"""The worker's lease on a beamline: one owner at a time, known by a fencing number, by the database's clock.

Every write of a worker goes through `guarded`: it holds the lease's row while it writes, so a holder whose
lease ran out, or was taken over, cannot put one row more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.prepared import NUMBER, TEXT, Prepared
from accounts.selectors import beamline_named
from acquisition.queue.change import announce_status
from acquisition.queue.models import Lease
from acquisition.queue.standstill import WORKER_S, limit_standstill

TTL_S: Final = 2.5


class LeaseError(RuntimeError):
    """This process may not write for the beamline now."""


class LeaseExpiredError(LeaseError):
    """The lease ran out; nobody has taken it over yet."""


class LeaseLostError(LeaseError):
    """Another process holds the beamline now."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A lease as its holder knows it."""

    beamline: str
    beamline_id: int
    holder: str
    fencing: int


def acquire(*, actor: Actor, beamline: str, holder: str) -> Grant | None:
    """Take the lease when it is free or ran out, with the next fencing number; None while another has it."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENVIRONMENT, beamline=beamline)
    Lease.objects.get_or_create(beamline_id=place.pk)
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        limit_standstill(WORKER_S, is_nested=is_nested)
        free = Q(holder="") | Q(expires_at__isnull=True) | Q(expires_at__lte=Now())
        taken = Lease.objects.filter(free, beamline_id=place.pk).update(
            holder=holder,
            fencing=F("fencing") + 1,
            heartbeat_at=Now(),
            expires_at=Now() + timedelta(seconds=TTL_S),
        )
        if not taken:
            return None
        fencing = Lease.objects.values_list("fencing", flat=True).get(beamline_id=place.pk)
        announce_status(place.pk, beamline)
    return Grant(beamline, place.pk, holder, fencing)


def renew(grant: Grant, *, revive: bool = False) -> None:
    """Put the expiry off.

    Parameters
    ----------
    revive
        Also renew a lease that ran out and that nobody took over: for a holder that was alive all along and
        could not reach the database.

    Raises
    ------
    LeaseExpiredError, LeaseLostError
    """
    rows = _own_row(grant) if revive else _alive(_own_row(grant))
    if not rows.update(heartbeat_at=Now(), expires_at=Now() + timedelta(seconds=TTL_S)):
        _explain(grant)


def release(grant: Grant) -> None:
    """Give the lease back; nothing happens when it is another's."""
    with transaction.atomic():
        if _own_row(grant).update(holder="", expires_at=None):
            announce_status(grant.beamline_id, grant.beamline)


@contextmanager
def guarded(grant: Grant) -> Iterator[None]:
    """Open a transaction in which this holder, and no other, may write.

    Raises
    ------
    LeaseExpiredError, LeaseLostError
        Before anything is written.
    """
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        limit_standstill(WORKER_S, is_nested=is_nested)
        _LOCKED.first(grant.beamline_id)
        # Asked again now that the row is ours: waiting for it may have taken long.
        if _OWN.first(grant.beamline_id, grant.fencing, grant.holder) is None:
            _explain(grant)
        yield


def _own_row(grant: Grant) -> QuerySet[Lease]:
    return _row_of(grant.beamline_id, grant.fencing, grant.holder)


def _row_of(beamline_id: int, fencing: int, holder: str) -> QuerySet[Lease]:
    return Lease.objects.filter(beamline_id=beamline_id, fencing=fencing, holder=holder)


def _alive(rows: QuerySet[Lease]) -> QuerySet[Lease]:
    return rows.filter(expires_at__gt=Now())


_LOCKED: Final[Prepared[Any]] = Prepared(
    lambda beamline_id: Lease.objects.select_for_update().filter(beamline_id=beamline_id).values("pk"), NUMBER
)
_OWN: Final[Prepared[Any]] = Prepared(
    lambda *which: _alive(_row_of(*which)).values("pk"), NUMBER, NUMBER + 1, TEXT
)


def _explain(grant: Grant) -> None:
    if _own_row(grant).exists():
        raise LeaseExpiredError(
            f"The lease #{grant.fencing} on {grant.beamline} ran out: not heard for {TTL_S} s."
        )
    raise LeaseLostError(f"The lease #{grant.fencing} on {grant.beamline} was taken over by another worker.")
