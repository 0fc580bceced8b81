"""What a beamline allows is told before submission and asked again at each message."""

import math

import pytest

from acquisition.devices.description import describe_devices
from acquisition.devices.sim import hardware
from acquisition.plans.msg import Msg
from acquisition.plans.registry import ParameterError, PlanRegistry, bind
from acquisition.worker.guard import ItemGuard
from acquisition.worker.limits import OutsideLimitsError, narrowed

LIMITS = {"motor": [-2.0, 4.0], "det.exposure_s": [0.01, 10.0]}


@pytest.fixture
def devices():
    return hardware().devices()


@pytest.fixture
def guard():
    return ItemGuard(
        username="ada",
        held=frozenset({"device:move"}),
        access={},
        limits=LIMITS,
        at_checkpoint=lambda: None,
    )


def test_an_item_beyond_the_limits_is_refused_at_submission(devices):
    registry = PlanRegistry()
    registry.load(["acquisition.plans.scans"])
    scan = registry.descriptions()["scan"]
    wide = {"detectors": ["det"], "args": [["motor", -3, 3]], "num": 3}
    bind(scan, wide, describe_devices(devices))
    with pytest.raises(ParameterError, match="-2"):
        bind(scan, wide, narrowed(describe_devices(devices), LIMITS))


def test_parts_are_narrowed_too_and_nothing_is_widened(devices):
    described = describe_devices(devices)
    told = narrowed(described, {**LIMITS, "motor1": [-1e9, 1e9]})
    assert told["det"]["components"]["exposure_s"]["limits"] == [0.01, 10.0]
    assert told["motor1"]["limits"] == described["motor1"]["limits"]
    assert described["motor"]["limits"] != told["motor"]["limits"]


@pytest.mark.parametrize("value", [-2.01, 4.0001, math.nan, math.inf, "far"])
def test_what_plan_code_asks_for_beyond_the_limits_is_refused(devices, guard, value):
    guard(Msg("set", devices["motor"], 4.0))
    with pytest.raises(OutsideLimitsError, match="motor may be -2 to 4"):
        guard(Msg("set", devices["motor"], value))
    guard(Msg("set", devices["motor1"], 1e6))


def test_an_exposure_beyond_the_limits_is_refused_by_whichever_way(devices, guard):
    det = devices["det"]
    guard(Msg("configure", det, {"exposure_s": 1.0}))
    for message in (
        Msg("set", det.exposure_s, 60.0),
        Msg("configure", det, {"exposure_s": 60.0}),
        Msg("configure", det, {"det_exposure_s": 60.0}),
        Msg("configure", det, exposure_s=60.0),
    ):
        with pytest.raises(OutsideLimitsError, match="det.exposure_s may be 0.01 to 10"):
            guard(message)
