"""Acquisition goes on while the database or the broker is away, and loses nothing."""

import os
import time

import pytest
from django.db import OperationalError, connection

from acquisition.worker.journal import journal_files, read_entries, read_header
from catalog import selectors as catalog
from tests.support.people import SYSTEM
from tests.support.processes import seconds_since
from tests.support.revive import kill_server, revive_postgres, revive_valkey, standing_still
from tests.support.runs_at_beamlines import fresh, start, submit

STALL_S = float(os.environ.get("BEAMPORT_FAULT_STALL_S", "0"))
AWAY_S = float(os.environ.get("BEAMPORT_FAULT_AWAY_S", "0"))

pytestmark = [pytest.mark.timeout(180 + STALL_S + AWAY_S), pytest.mark.slow]

SCAN = {"detectors": ["det"], "args": [["sx", -0.2, 0.2]], "num": 40}


def events_in_journal(site):
    """Count the events that wait on the disk of the worker."""
    found = 0
    for path in journal_files(site.journal):
        _, offset = read_header(path)
        found += sum(entry.name == "event" for entry in read_entries(path, offset, limit=10**6))
    return found


@pytest.fixture
def scanning(site, facility):
    site.worker()
    site.wait_until_ready()
    item = submit(facility, "scan", **SCAN)
    start(facility)
    site.until(lambda: (fresh(item).progress.get("points_done") or 0) >= 3, "3 points of the scan", 60)
    return item


def is_completed(item):
    try:
        state = fresh(item).state
    except OperationalError:
        connection.close()
        return False
    assert state in ("running", "completed"), state
    return state == "completed"


def check_whole(site, item):
    """Wait until the worker's disk has nothing left to store, and compare what is stored."""
    site.until(lambda: not list(journal_files(site.journal)), "everything is shipped", 30)
    table = catalog.table(SYSTEM, fresh(item).run_uids[0], "primary")
    assert table["seq_num"] == list(range(1, SCAN["num"] + 1))
    ordinals = [entry[0] for entry in catalog.documents(SYSTEM, fresh(item).run_uids[0])]
    assert ordinals == list(range(len(ordinals)))


def test_a_scan_goes_on_while_the_database_is_killed_and_is_whole_afterwards(site, scanning):
    before = events_in_journal(site)
    kill_server("postgres")
    site.until(lambda: events_in_journal(site) >= before + 8, "8 more points without a database", 60)
    revive_postgres()
    back = time.monotonic()
    site.until(lambda: is_completed(scanning), "the scan is completed", 90)
    print(f"completed {seconds_since(back):.1f} s after the database was back")
    check_whole(site, scanning)


def test_a_database_that_stalls_longer_than_the_lease_costs_nothing(site, scanning):
    before = events_in_journal(site)
    with standing_still("postgres"):
        begun = time.monotonic()
        site.until(
            lambda: events_in_journal(site) >= before + 20 and seconds_since(begun) >= STALL_S,
            "20 more points during the stall",
            60 + STALL_S,
        )
    site.until(lambda: is_completed(scanning), "the scan is completed", 90)
    check_whole(site, scanning)


def test_without_a_broker_the_queue_is_worked_by_polling(site, facility, scanning):
    kill_server("valkey")
    gone, items = time.monotonic(), 0
    behind = submit(facility, "count", detectors=["det"], num=2)
    site.until(lambda: is_completed(scanning), "the scan is completed", 90)
    site.until(lambda: fresh(behind).state == "completed", "the next item is completed", 30)
    check_whole(site, scanning)
    while seconds_since(gone) < AWAY_S:
        behind, items = submit(facility, "count", detectors=["det"], num=2), items + 1
        site.until(lambda item=behind: fresh(item).state == "completed", "one more is completed", 30)
    print(f"{items} more items in the {seconds_since(gone):.0f} s without a broker")
    revive_valkey()
    last = submit(facility, "count", detectors=["det"], num=2)
    site.until(lambda: fresh(last).state == "completed", "the last item is completed", 30)


def test_a_worker_that_starts_before_database_and_broker_waits_for_them(site, facility):
    kill_server("valkey")
    kill_server("postgres")
    worker = site.worker()
    try:
        site.until(lambda: "waiting for the database" in worker.tail(200), "the worker waits", 40)
    finally:
        revive_postgres()
    site.wait_until_ready()
    item = submit(facility, "count", detectors=["det"], num=1)
    start(facility)
    site.until(lambda: fresh(item).state == "completed", "the item is completed without a broker", 30)
    revive_valkey()
    assert worker.is_alive
