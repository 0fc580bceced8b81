"""A worker takes items from the queue and leaves their runs in the catalogue."""

import pytest

from catalog import selectors as catalog
from tests.support.people import SYSTEM
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = pytest.mark.timeout(120)


def test_two_items_run_one_after_the_other(site, facility):
    site.worker()
    site.wait_until_ready()
    scan = submit(facility, "scan", detectors=["det"], args=[["sx", -0.2, 0.2]], num=5)
    count = submit(facility, "count", detectors=["det"], num=3)
    start(facility)
    site.until(lambda: fresh(count).state == "completed", "the second item is completed", 30)
    scan = fresh(scan)
    assert (scan.state, scan.progress["points_done"], scan.progress["percent"]) == ("completed", 5, 100.0)
    detail = catalog.run_detail(SYSTEM, scan.run_uids[0])
    assert detail["start"]["proposal"] == "P-1"
    assert detail["start"]["username"] == "member"
    assert detail["exit_status"] == "success"
    assert scan.finished_at <= fresh(count).started_at
