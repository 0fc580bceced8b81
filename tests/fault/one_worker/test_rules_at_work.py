"""Rules hold in the worker: at the start of an item that waited, and at each message of a plan that runs."""

import pytest

from accounts.rule_services import add_rule
from catalog import selectors as catalog
from tests.support.people import SYSTEM
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]


def rule(facility, kind, pattern, **more):
    return add_rule(
        actor=facility.actor("staff"), beamline="alpha", group="members", kind=kind, pattern=pattern, **more
    )


def ended(site, item):
    site.until(lambda: fresh(item).finished_at, "the item has ended", 30)
    return fresh(item)


def test_a_rule_made_while_the_item_waits_stops_it_before_it_touches_anything(ready, facility):
    item = submit(facility, "scan", detectors=["det"], args=[["sx", -0.2, 0.2]], num=3)
    rule(facility, "device", "sx", effect="forbid", act="move", note="broken")
    start(facility)
    failed = ended(ready, item)
    assert (failed.state, failed.run_uids) == ("failed", [])
    assert "member may not move the device sx" in failed.reason
    assert 'rule "forbid move sx" of people of a proposal (broken)' in failed.reason
    assert "Ask the beamline staff (staff, contact)" in failed.reason


def test_a_step_past_a_range_is_refused_in_the_run_and_the_points_before_are_kept(ready, facility):
    rule(facility, "value", "sx", minimum=-0.25, maximum=0.25)
    item = submit(facility, "rel_scan", detectors=["det"], args=[["sx", 0, 0.4]], num=5)
    start(facility)
    failed = ended(ready, item)
    assert failed.state == "failed"
    assert 'rule "value sx -0.25 to 0.25" of people of a proposal' in failed.reason
    assert failed.progress["points_done"] == 3
    detail = catalog.run_detail(SYSTEM, failed.run_uids[0])
    assert detail["exit_status"] == "fail"


def test_an_allowed_list_of_devices_leaves_the_baseline_to_the_beamline(ready, facility):
    rule(facility, "device", "det", act="read")
    item = submit(facility, "count", detectors=["det"], num=2)
    start(facility)
    assert ended(ready, item).state == "completed"
