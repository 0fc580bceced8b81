"""Moves by hand inside a worker: a stop holds, also one that comes before the device has begun to move."""

import threading
from types import SimpleNamespace

from acquisition.devices.sim.axis import SoftAxis
from acquisition.queue.models import ControlCommand
from acquisition.worker.direct import DirectDevices
from tests.support.ioc import until
from tests.support.known_beamline import motor

WAIT_S = 20


class SlowToBegin(SoftAxis):
    """An axis that hears its setpoint some time before it begins to move, 2 mm in 20 s."""

    def __init__(self, name):
        super().__init__(name, velocity=0.1)
        self.heard, self.may_begin = threading.Event(), threading.Event()

    def set(self, value):
        self.heard.set()
        assert self.may_begin.wait(WAIT_S)
        return super().set(value)


def beamline_of(axis):
    return SimpleNamespace(
        manifest=SimpleNamespace(name="alpha", devices=(), limits={}),
        devices={axis.name: axis},
        descriptions={axis.name: motor()},
    )


def asked(direct, action, **payload):
    """Begin an act of the member with sx; give an event of its end, and the answer once it is there."""
    ended, answer = threading.Event(), []
    command = ControlCommand(action=action, device="sx", payload=payload, requested_by="member")
    direct.begin(command).then(lambda *told: (answer.extend(told), ended.set()))
    return ended, answer


def test_a_stop_that_comes_before_the_device_moves_is_not_lost(facility):
    axis = SlowToBegin("sx")
    direct = DirectDevices(beamline_of(axis), lambda: (frozenset(), ""))
    moved, told = asked(direct, "move", value=2.0)
    assert axis.heard.wait(WAIT_S)
    stopped, _ = asked(direct, "halt_move")
    assert stopped.wait(WAIT_S)
    assert not axis.is_moving
    axis.may_begin.set()
    until(moved.is_set, "the move has ended", 10)
    assert told[:2] == ["done", "sx was stopped by member on its way to 2.0"]
    assert axis.readback.get() < 1.9


def test_a_move_after_a_stop_is_a_new_one(facility):
    axis = SlowToBegin("sx")
    axis.may_begin.set()
    direct = DirectDevices(beamline_of(axis), lambda: (frozenset(), ""))
    asked(direct, "halt_move")[0].wait(WAIT_S)
    moved, told = asked(direct, "move", value=0.01)
    assert moved.wait(WAIT_S)
    assert told[:2] == ["done", "sx is at 0.01"]
