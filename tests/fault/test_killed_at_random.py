"""The worker is killed at random points of scans, over and over: what is stored stays lawful (F1, F2, F4)."""

import os
import signal
import sys
import time

import pytest

from accounts.actor import worker_actor
from acquisition.queue import leases, services
from acquisition.queue.models import Lease
from acquisition.worker.journal import cut_torn_tail, journal_files, read_entries, read_header
from acquisition.worker.recovery import REASON
from catalog import selectors as catalog
from tests.support.history_checker import overlapping_leases, written_history
from tests.support.people import SYSTEM
from tests.support.processes import seconds_since, site_of
from tests.support.runs_at_beamlines import fresh, start, submit

ROUNDS = int(os.environ.get("BEAMPORT_FAULT_ROUNDS", "3"))
PAIRS = int(os.environ.get("BEAMPORT_FAULT_PAIRS", "20"))

pytestmark = [pytest.mark.timeout(200 + 60 * ROUNDS + 4 * PAIRS), pytest.mark.slow]

SOFT = """
name = "alpha"
title = "One soft axis"
plans = ["acquisition.plans.scans"]

[devices.x]
class = "acquisition.devices.sim.axis.SoftAxis"
"""
SCAN = {"detectors": ["det"], "args": [["sx", -1.0, 1.0]], "num": 200}
CLOSED_S = 62.5  # the promise: the lease of 2.5 s runs out, then 60 s


def journal_size(site):
    """Give the bytes in the journals of the runs that are open."""
    return sum(path.stat().st_size for path in journal_files(site.journal))


def emitted(site):
    """Give what the journal holds whole, by run."""
    found = {}
    for path in journal_files(site.journal):
        cut_torn_tail(path)
        header, offset = read_header(path)
        found[header.run] = [(e.ordinal, e.name, e.doc) for e in read_entries(path, offset, limit=10**6)]
    return found


def kill(worker, *, tree):
    if tree:
        worker.kill()
    else:
        worker.signal(signal.SIGKILL)
        worker.wait(5)


def scan_killed_at(site, facility, worker, size, *, tree):
    """Kill the worker once its journal has `size` bytes; give the item, what was emitted, s to closed."""
    item = services.submit_item(
        actor=facility.actor("member"),
        beamline="alpha",
        plan="scan",
        parameters=SCAN,
        proposal="P-1",
        position="front",
    )
    start(facility)
    site.until(lambda: journal_size(site) >= size, f"{size} bytes in the journal", 60)
    kill(worker, tree=tree)
    killed = time.monotonic()
    left = emitted(site)
    site.until(lambda: fresh(item).state == "interrupted", "the item is interrupted", CLOSED_S)
    return fresh(item), left, seconds_since(killed)


def stored_of(run, documents):
    """Check that a run holds all that was emitted, and was closed for it; give its number of documents."""
    stored = catalog.documents(SYSTEM, run, limit=10_000)
    assert stored[: len(documents)] == documents
    assert (stored[-1][1], stored[-1][2]["reason"]) == ("stop", REASON)
    return len(stored) - 1


def test_killed_at_random_points_nothing_is_lost_and_nothing_runs_twice(site, facility):
    worker = site.worker()
    site.wait_until_ready()
    with written_history() as history:
        for n in range(ROUNDS):
            behind = site.worker(f"behind-{n}")  # it waits for the lease, as a spare does
            size, tree = history.random.randrange(1, 40_000), n % 2 == 1
            item, left, closed_s = scan_killed_at(site, facility, worker, size, tree=tree)
            assert set(left) <= set(item.run_uids)
            for run, documents in left.items():
                print(f"stored {stored_of(run, documents)} of {len(documents)} emitted", end="; ")
            starts = history.starts()[str(item.uid)]
            print(f"killed at {size} bytes (tree: {tree}); closed {closed_s:.1f} s later; starts {starts}")
            worker = behind
            site.wait_until_ready()
        print(history.check())


def test_of_pairs_of_workers_one_at_a_time_has_the_beamline(site, facility):
    """Two processes want the beamline at once; whoever has it is asked to go, and the other follows."""
    with written_history() as history:
        workers = [site.worker("first"), site.worker("second")]
        site.wait_until_ready()
        item = submit(facility, "count", detectors=["det"], num=3)
        start(facility)
        site.until(lambda: fresh(item).state == "completed", "the item is completed", 30)
        holder = Lease.objects.get(beamline__name="alpha").holder
        (owner,) = [worker for worker in workers if f":{worker.pid}:" in holder]
        owner.signal(signal.SIGTERM)
        owner.wait(20)
        site.wait_until_ready()
        assert Lease.objects.get(beamline__name="alpha").holder not in ("", holder)
        history.check()


def test_of_two_workers_started_at_once_again_and_again_one_has_the_beamline(facility, tmp_path):
    command = [sys.executable, "-m", "tests.support.short_workers", "alpha", str(PAIRS)]
    with written_history() as history, site_of(tmp_path, "alpha", SOFT) as site:
        pairs = site.process("pairs", command)
        site.until(lambda: not pairs.is_alive, "all pairs have come and gone", 60 + 4 * PAIRS)
        assert pairs.wait(1) == 0, pairs.tail()
        holders = pairs.tail(PAIRS).splitlines()
        assert len(set(holders)) == PAIRS
        grants = Lease.objects.get(beamline__name="alpha").fencing
        print(f"{PAIRS} pairs, {grants} leases; overlapping {len(overlapping_leases())}")
        assert grants >= PAIRS
        history.check()


def test_the_checker_sees_a_lease_taken_from_the_living(facility):
    with written_history():
        leases.acquire(actor=worker_actor("alpha"), beamline="alpha", holder="one")
        Lease.objects.update(holder="two", fencing=2)
        assert overlapping_leases() == ["lease #2 was taken while #1 was alive"]
