"""A disk that is really full under the journal or the database: nothing is lost, and it is told."""

import os
from pathlib import Path

import pytest

from acquisition.queue import services
from acquisition.queue.models import ConsoleLine
from acquisition.worker.journal import journal_files, read_entries, read_header
from acquisition.worker.shipper import FULL
from catalog import selectors as catalog
from tests.support.history_checker import of_run, written_history
from tests.support.people import SYSTEM
from tests.support.runs_at_beamlines import fresh, start, submit
from tests.support.small_disk import fill, small_disk, tables_on

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]

SCAN = {"detectors": ["det"], "args": [["sx", -0.5, 0.5]], "num": 120}
REFUSED = "The disk of the worker refuses the journal (No space left on device)"


def stalled(site, facility):
    """Run a scan into the full disk; give it once it waits."""
    site.worker()
    site.wait_until_ready()
    item = submit(facility, "scan", **SCAN)
    start(facility)
    site.until(lambda: REFUSED in site.status()["message"], "the full disk is told", 60)
    return item


def whole_events(site):
    found = 0
    for path in journal_files(site.journal):
        _, offset = read_header(path)
        entries = read_entries(path, offset, limit=10**6)
        assert (entries[-1].end if entries else offset) == path.stat().st_size, "a torn record stands there"
        found += sum(entry.name == "event" for entry in entries)
    return found


def test_a_full_disk_makes_the_scan_wait_and_room_lets_it_go_on(site, facility):
    with small_disk(site.journal, "32k") as grow, written_history() as history:
        item = stalled(site, facility)
        before = whole_events(site)
        assert 0 < before < SCAN["num"]
        assert fresh(item).state == "running"
        told = ConsoleLine.objects.filter(text__startswith=REFUSED, level="ERROR")
        site.until(told.exists, "the console tells it too", 10)
        grow("4m")
        site.until(lambda: fresh(item).state == "completed", "the scan is completed", 90)
        table = catalog.table(SYSTEM, fresh(item).run_uids[0], "primary")
        assert table["seq_num"] == list(range(1, SCAN["num"] + 1))
        site.until(lambda: not journal_files_left(site), "everything is shipped", 10)
        print(f"stood after {before} points; {history.check()}; corrupt rows 0")
        assert REFUSED not in site.status()["message"]


def journal_files_left(site):
    return list(journal_files(site.journal))


def test_a_scan_that_waits_for_room_can_be_aborted(site, facility):
    with small_disk(site.journal, "32k") as grow:
        item = stalled(site, facility)
        services.request_engine_action(
            actor=facility.actor("member"), beamline="alpha", action="abort", reason="no room"
        )
        site.until(lambda: fresh(item).finished_at, "the item ends", 20)
        assert (fresh(item).state, fresh(item).reason) == ("aborted", "no room")
        grow("4m")
        site.until(lambda: not catalog.open_runs("alpha"), "the run is closed", 20)
        (run,) = fresh(item).run_uids
        assert of_run(run, []) == []
        assert catalog.run_detail(SYSTEM, run)["exit_status"] == "fail"
        again = submit(facility, "count", detectors=["det"], num=2)
        services.move_item(
            actor=facility.actor("member"), beamline="alpha", uid=str(again.uid), position="front"
        )
        start(facility)
        site.until(lambda: fresh(again).state == "completed", "the next item runs", 40)


def test_a_full_disk_under_the_database_lets_the_scan_go_on_and_is_told(site, facility):
    disk = Path(os.environ["BEAMPORT_VAR"]) / "small_disk"  # PostgreSQL has no way into the folders of tests
    with small_disk(disk, "256m"), tables_on(disk), written_history() as history:
        site.worker()
        site.wait_until_ready()
        item = submit(facility, "scan", **SCAN | {"num": 60})
        start(facility)
        site.until(lambda: (fresh(item).progress.get("points_done") or 0) >= 3, "3 points of the scan", 60)
        ballast = fill(disk)
        site.until(lambda: site.status()["message"] == FULL, "the full disk is told", 60)
        before = whole_events(site)
        site.until(lambda: whole_events(site) >= before + 8, "8 more points", 60)
        assert (site.status()["worker"], fresh(item).state) == ("ready", "running")
        ballast.unlink()
        site.until(lambda: fresh(item).state == "completed", "the scan is completed", 90)
        site.until(lambda: not journal_files_left(site), "everything is shipped", 10)
        table = catalog.table(SYSTEM, fresh(item).run_uids[0], "primary")
        assert table["seq_num"] == list(range(1, 61))
        site.until(lambda: site.status()["message"] != FULL, "that there is room is told", 10)
        assert ConsoleLine.objects.filter(text=FULL, level="ERROR").count() == 1
        print(f"full after {before} points; {history.check()}; corrupt rows 0")
