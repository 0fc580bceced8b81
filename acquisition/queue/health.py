"""Whether the parts that Beamport stands on are there, for load balancers and for those who watch over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Q
from django.db.models.functions import Now

from accounts import shared_counts
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.selectors import beamlines
from acquisition.queue.models import Environment, QueueItem
from acquisition.queue.states import WAITING
from acquisition.queue.status import status_of

PROBE: Final = "health.probe"
READY: Final = frozenset({"ready", "closed"})


@dataclass(frozen=True, slots=True)
class Health:
    """What was found.

    Parameters
    ----------
    database, broker
        Whether each answers.
    counts_together
        Whether limits on requests hold for all web processes together (`accounts.shared_counts`).
    workers_ready, workers_expected
        Of the beamlines that are active and were opened before.
    """

    database: bool
    broker: bool
    counts_together: bool = True
    workers_ready: int = 0
    workers_expected: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether everything is there; without the broker all goes on, only slower to tell."""
        return self.database and self.workers_ready == self.workers_expected

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON; no names, for anybody may ask."""
        return {
            "status": "ready" if self.is_ready else "degraded",
            "database": self.database,
            "broker": self.broker,
            "requests_counted": "together" if self.counts_together else "by each process",
            "workers": {"ready": self.workers_ready, "expected": self.workers_expected},
        }


def health() -> Health:
    """Look at the database, the broker, and the worker of every beamline."""
    broker = _broker_answers()
    together = broker and shared_counts.are_shared()
    try:
        states = _worker_states()
    except (DatabaseError, InterfaceError):
        connection.close()
        return Health(database=False, broker=broker, counts_together=together)
    return Health(
        database=True,
        broker=broker,
        counts_together=together,
        workers_ready=sum(state in READY for state in states),
        workers_expected=len(states),
    )


def _worker_states() -> list[str]:
    names = Environment.objects.filter(beamline__is_active=True, opened_at__isnull=False)
    return [status_of(name)["worker"] for name in names.values_list("beamline__name", flat=True)]


def _broker_answers() -> bool:
    try:
        cache.set(PROBE, 1, 10)
        return cache.get(PROBE) == 1
    except Exception:  # noqa: BLE001  whatever the broker's client raises, the broker does not answer
        return False


@dataclass(frozen=True, slots=True)
class Gauge:
    """One measured value with its labels."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def gauges(actor: Actor) -> Iterator[Gauge]:
    """Give what is to be watched of every beamline, for who may look into its books."""
    require(actor, Scope.AUDIT_READ)
    for place in beamlines(actor):
        labels = (("beamline", place.name),)
        status = status_of(place.name)
        yield Gauge(
            "worker_ready", "1 while the worker serves the beamline", status["worker"] == "ready", labels
        )
        yield Gauge("queue_waiting", "Items that wait", status["queue"]["length"], labels)
        yield Gauge("queue_held", "1 while the queue is held", status["queue"]["is_held"], labels)
        yield Gauge("item_running", "1 while an item runs", status["item"] is not None, labels)
        holding = sum(bool(entry["is_holding"]) for entry in status["suspenders"])
        yield Gauge("suspenders_holding", "Suspenders that hold plans", holding, labels)
        yield from _ended(place.pk, labels)


def _ended(beamline_id: int, labels: tuple[tuple[str, str], ...]) -> Iterator[Gauge]:
    rows = QueueItem.objects.filter(beamline_id=beamline_id).exclude(state__in=[*WAITING, "running"])
    since = Q(finished_at__gte=Now() - timedelta(days=1))
    for state, total, lately in (
        rows.order_by().values_list("state").annotate(total=Count("pk"), lately=Count("pk", filter=since))
    ):
        named = (*labels, ("state", state))
        yield Gauge("items_ended", "Items that have ended, by state", total, named)
        yield Gauge("items_ended_last_day", "Items that ended within 24 hours, by state", lately, named)
