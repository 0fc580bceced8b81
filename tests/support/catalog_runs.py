"""Runs for tests of what reads the catalogue: composed, stored, with people who may or may not see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts import models as accounts
from accounts.actor import Actor, system_actor
from catalog.documents.compose import RunComposer
from catalog.ingest import Origin, Record, StoreResult, store

SYSTEM = system_actor("tests")

KEYS: dict[str, Any] = {
    "det": {"source": "sim:det", "dtype": "number", "shape": [], "units": "counts", "object_name": "det"},
    "sx": {"source": "sim:sx", "dtype": "number", "shape": [], "units": "mm", "object_name": "sx"},
}


@dataclass(frozen=True)
class Place:
    """A beamline with one proposal, a member of it and a stranger."""

    beamline: str
    proposal: str
    proposal_id: int
    member: Actor
    stranger: Actor

    @property
    def origin(self) -> Origin:
        """Where the documents of this place come from."""
        return Origin(self.beamline, self.proposal, "ada")


def make_place(name: str = "demo", number: str = "P-1") -> Place:
    """Make the rows of a place."""
    beamline, _ = accounts.Beamline.objects.get_or_create(name=name, defaults={"title": name})
    proposal = accounts.Proposal.objects.create(number=number, title="x")
    proposal.beamlines.add(beamline)
    member = accounts.User.objects.create(username=f"member-{number}")
    stranger = accounts.User.objects.create(username=f"stranger-{number}")
    accounts.Membership.objects.create(user=member, proposal=proposal, role="member")
    return Place(name, number, proposal.pk, person(member), person(stranger))


def person(user: accounts.User) -> Actor:
    """Give the actor of a signed-in account."""
    return Actor(kind="person", user_id=user.pk, username=user.username)


def scan(
    points: int = 3, *, stop: str | None = "success", time: float = 1000.0, **metadata: Any
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the documents of a scan of sx: det is ten times sx."""
    start = {"plan_name": "scan", "scan_id": 1, "num_points": points, "motors": ["sx"], "detectors": ["det"]}
    uid = metadata.pop("uid", None)
    run = RunComposer({**start, **metadata}, time=time, uid=uid, clock=lambda: time + 1)
    yield "start", run.start
    stream = run.descriptor("primary", KEYS, hints={"sx": {"fields": ["sx"]}, "det": {"fields": ["det"]}})
    yield "descriptor", stream.descriptor
    for n in range(points):
        data = {"det": 10.0 * n, "sx": float(n)}
        yield "event", stream.event(data, dict.fromkeys(data, time + n), time=time + n)
    if stop is not None:
        yield "stop", run.stop(stop, time=time + points)


def records_of(
    documents: Iterable[tuple[str, dict[str, Any]]], *, uid: str = "", first: int = 0
) -> list[Record]:
    """Number the documents of one run."""
    listed = list(documents)
    uid = uid or listed[0][1]["uid"]
    return [Record(uid, first + n, name, doc) for n, (name, doc) in enumerate(listed)]


def stored(place: Place, documents: Iterable[tuple[str, dict[str, Any]]], *, batch: int = 0) -> str:
    """Store a run, in batches of `batch` documents, and give its uid."""
    records = records_of(documents)
    for first in range(0, len(records), batch or len(records)):
        keep(place, records[first : first + (batch or len(records))])
    return records[0].run


def keep(place: Place, records: list[Record]) -> StoreResult:
    """Store records as the installation."""
    return store(actor=SYSTEM, origin=place.origin, records=records)
