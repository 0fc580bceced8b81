"""Pause, resume, stop, abort and halt of a real scan, and what the queue does afterwards."""

import time

import pytest
from django.db import connection

from acquisition.queue import services
from acquisition.queue.models import BeamlineQueue, ControlCommand
from catalog import selectors as catalog
from tests.support.people import SYSTEM
from tests.support.processes import seconds_since
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]

STARTS = 10
SCAN = {"detectors": ["det"], "args": [["sx", -0.5, 0.5]], "num": 60}


def act(site, facility, action, **more):
    """Ask, wait for the answer, give it."""
    command = services.request_engine_action(
        actor=facility.actor("member"), beamline="alpha", action=action, **more
    )
    answered = ControlCommand.objects.filter(pk=command.pk).exclude(outcome="")
    site.until(answered.exists, f"{action} is answered", 30)
    command.refresh_from_db()
    return command


def begin(site, facility, points=3, **parameters):
    item = submit(facility, "scan", **{**SCAN, **parameters})
    start(facility)
    site.until(lambda: (fresh(item).progress.get("points_done") or 0) >= points, f"{points} points", 60)
    return item


def state(site):
    return site.status()["engine_state"]


def test_pause_then_resume_takes_each_point_once(ready, facility):
    item = begin(ready, facility, num=20)
    begun = time.monotonic()
    assert act(ready, facility, "pause").outcome == "done"
    ready.until(lambda: state(ready) == "paused", "the engine is paused", 30)
    print(f"paused {seconds_since(begun) * 1000:.0f} ms after the request")
    assert fresh(item).state == "running"
    assert act(ready, facility, "resume").outcome == "done"
    ready.until(lambda: fresh(item).state == "completed", "the item is completed", 60)
    table = catalog.table(SYSTEM, fresh(item).run_uids[0], "primary")
    assert table["seq_num"] == list(range(1, 21))


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize(
    ("action", "ends", "exit_status", "goes_on"),
    [
        ("abort", "aborted", "abort", False),
        ("stop", "stopped", "success", True),
        ("halt", "halted", "abort", False),
    ],
)
def test_an_item_is_ended_from_running_and_from_paused(
    ready, facility, action, ends, exit_status, goes_on, paused
):
    item = begin(ready, facility)
    if paused:
        act(ready, facility, "pause")
        ready.until(lambda: state(ready) == "paused", "the engine is paused", 30)
    behind = submit(facility, "count", detectors=["det"], num=1)
    assert act(ready, facility, action, reason="enough of it").outcome == "done"
    ready.until(lambda: fresh(item).state == ends, f"the item is {ends}", 15)
    detail = catalog.run_detail(SYSTEM, fresh(item).run_uids[0])
    assert detail["exit_status"] == exit_status
    assert fresh(item).reason == "enough of it"
    if goes_on:
        ready.until(lambda: fresh(behind).state == "completed", "the next item runs", 20)
    else:
        queue = BeamlineQueue.objects.get(beamline__name="alpha")
        assert (queue.is_held, queue.hold_reason) == (True, f"scan {ends}: enough of it")
        assert fresh(behind).state == "queued"


def test_what_makes_no_sense_is_refused_and_said(ready, facility):
    item = begin(ready, facility)
    command = act(ready, facility, "resume")
    assert (command.outcome, command.detail) == ("refused", "the engine is running; it cannot resume now")
    act(ready, facility, "abort")
    ready.until(lambda: fresh(item).state == "aborted", "the item is aborted", 15)


ASK_AT_THE_START = """
CREATE FUNCTION ask_at_the_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO acquisition_controlcommand
        (uid, beamline_id, item_uid, action, reason, requested_by,
         defer, device, payload, result, outcome, detail)
    VALUES (gen_random_uuid(), NEW.beamline_id, NEW.uid, 'abort', 'at once', 'member',
            false, '', '{}', '{}', '', '');
    PERFORM pg_notify('beamport_control', 'alpha');
    RETURN NEW;
END $$;
CREATE TRIGGER ask_at_the_start AFTER UPDATE ON acquisition_queueitem
    FOR EACH ROW WHEN (NEW.state = 'running' AND OLD.state = 'queued') EXECUTE FUNCTION ask_at_the_start();
"""


@pytest.fixture
def aborted_at_once(facility):
    """The database asks to abort each item in the very transaction that starts it."""
    with connection.cursor() as cursor:
        cursor.execute(ASK_AT_THE_START)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ask_at_the_start ON acquisition_queueitem")
        cursor.execute("DROP FUNCTION ask_at_the_start")


def test_a_stop_that_comes_with_the_start_is_not_lost(ready, facility, aborted_at_once):
    for _ in range(STARTS):
        item = submit(facility, "count", detectors=["det"], num=2, delay=0.1)
        start(facility)
        ready.until(lambda item=item: fresh(item).exit_status, "the item has ended", 20)
        assert (fresh(item).state, fresh(item).reason) == ("aborted", "at once")
        services.clear_queue(actor=facility.actor("member"), beamline="alpha")
    asked = ControlCommand.objects.filter(reason="at once").values_list("outcome", flat=True)
    ready.until(lambda: "" not in set(asked.all()), "all are answered: each soon after the state is told", 10)
    assert set(asked.all()) == {"done"}
