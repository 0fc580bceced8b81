"""What a visit gives ends with it, and what is published can be followed: also on sockets that are open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import visit_services
from accounts.proposal_services import set_publication
from catalog import ingest
from realtime import store
from realtime.consumers import socket as consumer
from tests.integration.realtime.sockets import connected, session_headers
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(consumer, "RECHECK_S", 0.05)


def make_visit():
    now = timezone.now()
    return visit_services.create_visit(
        actor=SYSTEM,
        proposal="P-1",
        beamline="alpha",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        members=[{"username": "member", "role": "member"}],
    )


async def test_the_end_of_a_visit_ends_what_it_gave_on_open_sockets(facility, often):
    visit = await store.call(make_visit)
    headers = await store.call(session_headers, facility.users["member"])
    async with connected(headers) as socket:
        for topic in ("console:alpha", "queue:alpha"):
            assert (await socket.subscribe(topic))["type"] == "subscribed"
        await store.call(
            visit_services.change_visit, actor=SYSTEM, number=visit.number, ends_at=timezone.now()
        )
        assert (await socket.until(type="error"))["topic"] == "console:alpha"
        await socket.send(type="subscribe", topic="queue:alpha", since=None)
        await socket.until(type="subscribed", topic="queue:alpha")  # who comes may look
        assert (await socket.subscribe("console:alpha"))["type"] == "error"


async def test_who_is_in_the_proposal_and_not_in_the_visit_only_looks(facility):
    await store.call(make_visit)
    headers = await store.call(session_headers, facility.users["pi"])
    async with connected(headers) as socket:
        told = {
            topic: (await socket.subscribe(f"{topic}:alpha"))["type"]
            for topic in ("queue", "engine", "pv", "console")
        }
    assert told == {"queue": "subscribed", "engine": "subscribed", "pv": "subscribed", "console": "error"}


async def test_a_published_run_is_followed_by_everybody_until_it_is_taken_back(facility, often):
    def stored_run():
        records = records_of(scan(3, stop=None))
        ingest.store(actor=SYSTEM, origin=ingest.Origin("alpha", "P-1", "member"), records=records)
        return records[0].run

    uid = await store.call(stored_run)
    headers = await store.call(session_headers, facility.users["stranger"])
    async with connected(headers) as socket:
        assert (await socket.subscribe(f"run:{uid}"))["code"] == "not_found"
        await store.call(set_publication, actor=SYSTEM, number="P-1", audience="signed_in")
        assert (await socket.subscribe(f"run:{uid}"))["type"] == "subscribed"
        for topic in ("queue:alpha", "live:alpha", "console:alpha"):
            assert (await socket.subscribe(topic))["code"] == "not_found"
        await store.call(set_publication, actor=SYSTEM, number="P-1", audience="")
        assert (await socket.until(type="error", code="not_found"))["topic"] == f"run:{uid}"
