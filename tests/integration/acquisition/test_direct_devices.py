"""Moves by hand inside a worker: a stop holds, also one that comes before the device has begun to move."""

import threading
from types import SimpleNamespace

import pytest

from accounts.rule_services import add_rule
from acquisition.devices.sim.axis import SoftAxis
from acquisition.queue.models import ControlCommand
from acquisition.worker.direct import DirectDevices
from acquisition.worker.driver import NotPossibleError
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


def asked(direct, action, number=None, **payload):
    """Begin an act of the member with sx; give an event of its end, and the answer once it is there."""
    ended, answer = threading.Event(), []
    command = ControlCommand(pk=number, action=action, device="sx", payload=payload, requested_by="member")
    direct.begin(command).then(lambda *told: (answer.extend(told), ended.set()))
    return ended, answer


class HalfDead(SoftAxis):
    """An axis with a part that cannot be read."""

    def __init__(self, name):
        super().__init__(name)
        self.velocity.read = self._fail

    @staticmethod
    def _fail():
        raise TimeoutError("sx_velocity does not answer")


def test_a_device_is_read_with_its_parts_and_one_that_fails_says_so(facility):
    beamline = beamline_of(HalfDead("sx"))
    parts = {name: {"protocols": ["Readable"]} for name in ("readback", "velocity")}
    beamline.descriptions["sx"]["components"] = {**parts, "stop_now": {"protocols": ["Movable"]}}
    direct = DirectDevices(beamline, lambda: (frozenset(), ""))
    ended, told = asked(direct, "read", parts=True)
    assert ended.wait(WAIT_S)
    assert told[:2] == ["done", "sx and 2 of its parts were read"]
    assert told[2]["sx"]["value"] == told[2]["sx.readback"]["value"] == 0.0
    assert told[2]["sx.velocity"] == {"value": None, "fault": "TimeoutError: sx_velocity does not answer"}
    assert "sx.stop_now" not in told[2]


def test_parts_that_a_rule_forbids_to_read_are_left_out(facility):
    beamline = beamline_of(SoftAxis("sx"))
    parts = {name: {"protocols": ["Readable"]} for name in ("readback", "velocity")}
    beamline.descriptions["sx"]["components"] = parts
    rule = {"group": "members", "kind": "device", "effect": "forbid", "act": "read"}
    add_rule(actor=facility.actor("staff"), beamline="alpha", pattern="sx.velocity", **rule)
    ended, told = asked(DirectDevices(beamline, lambda: (frozenset(), "")), "read", parts=True)
    assert ended.wait(WAIT_S)
    assert "sx.readback" in told[2]
    assert "sx.velocity" not in told[2]


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


def test_a_move_that_a_stop_has_overtaken_does_not_begin(facility):
    axis = SlowToBegin("sx")
    axis.may_begin.set()
    direct = DirectDevices(beamline_of(axis), lambda: (frozenset(), ""))
    asked(direct, "halt_move", number=8)[0].wait(WAIT_S)
    with pytest.raises(NotPossibleError, match="told to stop by member after this move was asked for"):
        asked(direct, "move", number=7, value=2.0)
    assert not axis.heard.is_set()
    moved, told = asked(direct, "move", number=9, value=0.01)
    assert moved.wait(WAIT_S)
    assert told[:2] == ["done", "sx is at 0.01"]


def test_a_move_after_a_stop_is_a_new_one(facility):
    axis = SlowToBegin("sx")
    axis.may_begin.set()
    direct = DirectDevices(beamline_of(axis), lambda: (frozenset(), ""))
    asked(direct, "halt_move")[0].wait(WAIT_S)
    moved, told = asked(direct, "move", value=0.01)
    assert moved.wait(WAIT_S)
    assert told[:2] == ["done", "sx is at 0.01"]
