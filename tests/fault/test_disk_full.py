"""A disk that is really full under the journal: the engine waits, says so, and goes on when there is room."""

import contextlib
import shutil
import subprocess

import pytest

from acquisition.queue import services
from acquisition.queue.models import ConsoleLine
from acquisition.worker.journal import journal_files, read_entries, read_header
from catalog import selectors as catalog
from tests.support.history_checker import of_run, written_history
from tests.support.people import SYSTEM
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]

SCAN = {"detectors": ["det"], "args": [["sx", -0.5, 0.5]], "num": 120}
REFUSED = "The disk of the worker refuses the journal (No space left on device)"


@contextlib.contextmanager
def small_disk(folder, size):
    """Mount a file system of its own size at a folder; give a function that makes it larger."""
    mount = shutil.which("mount") or pytest.skip("there is no mount command")
    folder.mkdir(parents=True)
    made = subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.decode().strip()}")

    def grow(size):
        subprocess.run([mount, "-o", f"remount,size={size}", folder], check=True, capture_output=True)

    try:
        yield grow
    finally:
        subprocess.run(["umount", "-l", folder], check=True, capture_output=True)


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
