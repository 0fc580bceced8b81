"""A worker that dies or stands still in mid-scan: nothing is lost, nothing runs twice, all is told."""

import random
import signal
import time

import pytest

from acquisition.queue.models import BeamlineQueue, Lease, QueueItem
from acquisition.worker.journal import cut_torn_tail, journal_files, read_entries, read_header
from acquisition.worker.recovery import REASON
from catalog import selectors as catalog
from tests.support.people import SYSTEM
from tests.support.processes import seconds_since
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]

SCAN = {"detectors": ["det"], "args": [["sx", -1.0, 1.0]], "num": 200}


def journalled(site):
    """Give what stands in the journal, as (ordinal, name, doc), by run."""
    found = {}
    for path in journal_files(site.journal):
        cut_torn_tail(path)
        header, offset = read_header(path)
        found[header.run] = [(e.ordinal, e.name, e.doc) for e in read_entries(path, offset, limit=10**6)]
    return found


def points_of(item):
    return fresh(item).progress.get("points_done") or 0


def run_into(site, item, points):
    """Wait until the item has taken so many points."""
    site.until(lambda: points_of(item) >= points, f"{points} points of the scan", 60)


def kill_in_mid_scan(site, facility, points):
    worker = site.worker()
    site.wait_until_ready()
    item, behind = submit(facility, "scan", **SCAN), submit(facility, "count", detectors=["det"], num=2)
    start(facility)
    run_into(site, item, points)
    worker.signal(signal.SIGKILL)
    worker.wait(5)
    return item, behind


def test_kill_9_in_mid_scan_loses_nothing_and_starts_nothing_by_itself(site, facility):
    item, behind = kill_in_mid_scan(site, facility, random.SystemRandom().randint(3, 12))
    killed = time.monotonic()
    site.until(lambda: site.status()["worker"] == "lost", "the loss is seen", 4)
    assert site.status()["engine_state"] == "worker lost"
    left = journalled(site)

    site.worker("second")
    site.until(lambda: fresh(item).state == "interrupted", "the item is interrupted", 40)
    print(f"seen and closed {seconds_since(killed):.1f} s after the kill, start of a worker included")

    item = fresh(item)
    (run,) = item.run_uids
    detail = catalog.run_detail(SYSTEM, run)
    assert (detail["exit_status"], detail["reason"]) == ("fail", REASON)
    stored = catalog.documents(SYSTEM, run, limit=10_000)
    assert [entry[0] for entry in stored] == list(range(len(stored)))
    assert len(left[run]) > 4
    assert stored[:-1] == left[run]
    assert sum(name == "stop" for _, name, _ in stored) == 1
    assert not list(journal_files(site.journal))

    copy = QueueItem.objects.get(copied_from=item)
    waiting = QueueItem.objects.filter(state="queued").order_by("position")
    assert [row.pk for row in waiting] == [copy.pk, behind.pk]
    queue = BeamlineQueue.objects.get(beamline__name="alpha")
    assert (queue.is_held, queue.hold_reason) == (True, REASON)

    site.wait_until_ready()
    assert fresh(copy).state == "queued"
    start(facility)
    run_into(site, copy, 2)
    assert fresh(item).state == "interrupted"


def test_a_worker_that_stood_still_past_its_lease_writes_nothing_more_and_leaves(site, facility):
    first = site.worker()
    site.wait_until_ready()
    item = submit(facility, "scan", **SCAN)
    start(facility)
    run_into(site, item, 3)
    first.signal(signal.SIGSTOP)
    site.until(lambda: site.status()["worker"] == "lost", "the loss is seen", 4)

    site.worker("second")
    site.until(lambda: fresh(item).state == "interrupted", "the item is interrupted", 40)
    site.wait_until_ready()
    run = fresh(item).run_uids[0]
    last = catalog.last_ordinal(SYSTEM, run)
    fencing = Lease.objects.get(beamline__name="alpha").fencing

    first.signal(signal.SIGCONT)
    assert first.wait(10) == 75
    assert catalog.last_ordinal(SYSTEM, run) == last
    assert Lease.objects.get(beamline__name="alpha").fencing == fencing
    assert fresh(item).state == "interrupted"
    assert site.status()["worker"] == "ready"


def test_sigterm_ends_the_scan_cleanly_and_gives_the_beamline_back(site, facility):
    worker = site.worker()
    site.wait_until_ready()
    item = submit(facility, "scan", **SCAN)
    start(facility)
    run_into(site, item, 3)
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    worker.wait(15)
    print(f"the worker was gone {seconds_since(begun):.1f} s after SIGTERM")
    item = fresh(item)
    assert (item.state, item.reason) == ("aborted", "the worker was shut down")
    detail = catalog.run_detail(SYSTEM, item.run_uids[0])
    assert (detail["exit_status"], detail["reason"]) == ("abort", "the worker was shut down")
    assert site.status()["worker"] == "absent"
    assert BeamlineQueue.objects.get(beamline__name="alpha").is_held


def test_of_two_workers_one_waits_until_the_other_is_gone(site, facility):
    first = site.worker()
    site.wait_until_ready()
    site.worker("second")
    holder = Lease.objects.get(beamline__name="alpha").holder
    first.signal(signal.SIGTERM)
    first.wait(15)
    site.until(
        lambda: Lease.objects.get(beamline__name="alpha").holder not in ("", holder),
        "the second takes over",
        40,
    )
    site.wait_until_ready()
