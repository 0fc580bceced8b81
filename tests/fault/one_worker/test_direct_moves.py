"""Devices are moved, read and stopped outside plans, under the same rights; a plan keeps what it holds."""

import pytest

from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from acquisition.queue import control, services
from acquisition.queue.models import ControlCommand
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]


@pytest.fixture
def ask(ready, facility):
    def ask(device, action, who="member", **more):
        return services.request_device_action(
            actor=facility.actor(who), beamline="alpha", device=device, action=action, **more
        )

    return ask


@pytest.fixture
def answered(ready):
    def answered(command, timeout_s=30):
        def row():
            return ControlCommand.objects.get(pk=command.pk)

        ready.until(lambda: row().done_at, "the command is answered", timeout_s)
        return row()

    return answered


def test_a_device_is_moved_read_and_moved_on(ask, answered):
    done = answered(ask("sx", "move", value=0.5))
    assert (done.outcome, done.detail) == ("done", "sx is at 0.5")
    assert done.result["sx"]["value"] == pytest.approx(0.5, abs=0.01)
    assert done.result["sx"]["units"] == "mm"
    done = answered(ask("sx", "move", value=-0.25, relative=True))
    assert done.result["sx"]["value"] == pytest.approx(0.25, abs=0.01)
    read = answered(ask("ring.current", "read", who="observer"))
    assert read.outcome == "done"
    assert next(iter(read.result.values()))["value"] > 0


def test_what_does_not_fit_is_refused_before_anything_moves(ask, facility):
    with pytest.raises(InvalidError, match="is asked for") as caught:
        ask("sx", "move", value=1e6)
    assert "mm" in str(caught.value)
    for wrong in (float("nan"), "there", None, [1.0]):
        with pytest.raises(InvalidError):
            ask("sx", "move", value=wrong)
    for unknown in ("sz", "sx.__class__", "sx.parent"):
        with pytest.raises(NotFoundError):
            ask(unknown, "move", value=0.0)
    with pytest.raises(InvalidError, match="cannot be moved"):
        ask("det", "move", value=1.0)
    with pytest.raises(ForbiddenError):
        ask("sx", "move", who="observer", value=0.0)
    control.take_control(actor=facility.actor("pi"), beamline="alpha")
    with pytest.raises(ConflictError, match="pi has alpha in hand"):
        ask("sx", "move", value=0.0)


def test_a_move_is_stopped_by_whoever_may_watch(ask, answered):
    answered(ask("sx", "move", value=-1.5))
    moving = ask("sx", "move", value=1.5)
    busy = answered(ask("sx", "move", who="pi", value=0.0))
    assert (busy.outcome, "member" in busy.detail) == ("refused", True)
    assert answered(ask("sx", "halt_move", who="observer")).outcome == "done"
    ended = answered(moving)
    assert "is at" not in ended.detail
    assert ended.outcome == "failed" or ended.detail == "sx was stopped by observer on its way to 1.5"


def test_a_plan_keeps_its_devices_and_leaves_the_others(ready, facility, ask, answered):
    item = submit(facility, "scan", detectors=["det"], args=[["sx", -1.0, 1.0]], num=100)
    start(facility)
    ready.until(lambda: fresh(item).run_uids, "the scan runs", 20)
    held = answered(ask("sx", "move", value=0.0))
    assert (held.outcome, "scan" in held.detail) == ("refused", True)
    assert answered(ask("theta", "move", value=0.1)).outcome == "done"
    assert answered(ask("sx", "read")).outcome == "done"
    services.request_engine_action(actor=facility.actor("observer"), beamline="alpha", action="abort")
    ready.until(lambda: fresh(item).finished_at, "the scan has ended", 20)
    assert answered(ask("sx", "move", value=0.0)).outcome == "done"
