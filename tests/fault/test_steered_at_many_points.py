"""Pause, stop, abort and halt at many points of scans by one worker: lawful ends, points once (F20).

On a slow machine a scan may be over before it is seen to run, and before it is asked to end: then the answer
is that nothing runs, and the scan has to be completed.
"""

import pytest

from accounts.errors import ConflictError
from acquisition.queue import services
from acquisition.queue.models import ControlCommand
from catalog import selectors as catalog
from tests.support.history_checker import written_history
from tests.support.people import SYSTEM
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(400), pytest.mark.slow]

POINTS = 8
PATIENCE_S = 60
SCAN = {"detectors": ["det"], "args": [["sx", -0.3, 0.3]], "num": POINTS}
AT = (0, 5)
ENDS = {"abort": "aborted", "stop": "stopped", "halt": "halted"}


def ask(site, facility, action):
    try:
        command = services.request_engine_action(
            actor=facility.actor("member"), beamline="alpha", action=action, reason="for the test"
        )
    except ConflictError as error:
        if error.code != "idle":
            raise
        return "too late"
    answered = ControlCommand.objects.filter(pk=command.pk).exclude(outcome="")
    site.until(answered.exists, f"{action} is answered", PATIENCE_S)
    return answered.get().outcome


def is_at(item, points):
    item = fresh(item)
    return item.state != "running" or (item.progress.get("points_done") or 0) >= points


def begin(site, facility, points):
    """Start a scan in front of all others and give it once it has taken so many points."""
    services.clear_queue(actor=facility.actor("member"), beamline="alpha")
    item = submit(facility, "scan", **SCAN)
    start(facility)
    site.until(lambda: fresh(item).state != "queued", "the scan begins", PATIENCE_S)
    site.until(lambda: is_at(item, points), f"{points} points", PATIENCE_S)
    return item


def points_of(item):
    return [
        number
        for uid in fresh(item).run_uids
        if "primary" in catalog.run_detail(SYSTEM, uid)["streams"]
        for number in catalog.table(SYSTEM, uid, "primary")["seq_num"]
    ]


def test_whenever_a_scan_is_steered_it_ends_lawfully(site, facility):
    site.worker()
    site.wait_until_ready()
    with written_history() as history:
        for at in AT:
            item = begin(site, facility, at)
            if ask(site, facility, "pause") == "done":
                ask(site, facility, "resume")
            site.until(
                lambda item=item: fresh(item).state == "completed", "the scan is completed", PATIENCE_S
            )
            assert points_of(item) == list(range(1, POINTS + 1))
            for action, ends in ENDS.items():
                item = begin(site, facility, at)
                outcome = ask(site, facility, action)
                site.until(
                    lambda item=item: fresh(item).state not in ("running", "queued"), "it ends", PATIENCE_S
                )
                expected = ends if outcome == "done" else "completed"
                assert fresh(item).state == expected
                points = points_of(item)
                assert points == list(range(1, len(points) + 1))
                print(f"{action} at {at}: {fresh(item).state} with {len(points)} points")
        print(history.check())
