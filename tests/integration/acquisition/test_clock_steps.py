"""The machine's clock is set an hour forth or back: leases, recorded orders and closed runs do not mind."""

import time
import uuid

import pytest

from accounts.actor import worker_actor
from acquisition.queue import leases, urgent
from acquisition.worker.lease import LeaseKeeper
from acquisition.worker.recovery import recover
from catalog import selectors as catalog
from catalog.ingest import Origin, store
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db

HOUR_S = 3600.0
STEPS = [HOUR_S, -HOUR_S]


@pytest.fixture
def grant(facility):
    return leases.acquire(actor=worker_actor("alpha"), beamline="alpha", holder="one")


def step(monkeypatch, by_s):
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + by_s)


@pytest.mark.parametrize("by_s", STEPS)
def test_a_lease_is_kept_and_nobody_else_gets_it(grant, monkeypatch, by_s):
    lost = []
    keeper = LeaseKeeper(grant, on_lost=lost.append)
    assert keeper.beat()
    step(monkeypatch, by_s)
    assert keeper.beat()
    assert lost == []
    assert leases.acquire(actor=worker_actor("alpha"), beamline="alpha", holder="two") is None


@pytest.mark.parametrize("by_s", STEPS)
def test_an_orphan_is_closed_no_earlier_than_it_began(grant, monkeypatch, tmp_path, by_s):
    records = records_of(scan(2, stop=None, time=time.time()))
    origin = Origin("alpha", "P-1", "member", item_uid=str(uuid.uuid4()))
    store(actor=SYSTEM, origin=origin, records=records)
    step(monkeypatch, by_s)
    found = recover(actor=worker_actor("alpha"), grant=grant, folder=tmp_path)
    assert found.closed_runs == [records[0].run]
    documents = catalog.documents(SYSTEM, records[0].run)
    assert documents[-1][2]["time"] >= documents[0][2]["time"]


def test_an_order_from_before_the_clock_was_set_forth_is_not_obeyed_and_one_from_after_is(monkeypatch):
    facts = {"uid": "8d7c0f4e-54f6-44a1-9a0c-8f6f6d1f7d10", "beamline": "alpha", "action": "stop"}
    order = urgent.Order(**facts, username="member", user_id=1)
    before = urgent.sealed(order)
    step(monkeypatch, HOUR_S)
    assert urgent.opened(before, "alpha") is None
    assert urgent.opened(urgent.sealed(order), "alpha") == order
