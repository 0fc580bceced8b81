"""A message about a device that the submitter may not touch is refused, also from inside plan code."""

import pytest

from accounts.rules import RuleFact
from acquisition.plans.msg import Msg
from acquisition.queue.permits import Permit
from acquisition.worker.guard import DeviceForbiddenError, ItemGuard, access_faults
from acquisition.worker.limits import OutsideLimitsError


class Thing:
    def __init__(self, name, parent=None):
        self.name, self.parent = name, parent


SHUTTER, MOTOR = Thing("shutter"), Thing("sx")
PART = Thing("shutter_cam", parent=Thing("cam", parent=SHUTTER))
STAFF_MOVES = {"shutter": {"move": "environment:manage"}}
STAFF_USES = {"shutter": {"use": "environment:manage"}}


def guard(*held, access=STAFF_MOVES):
    return ItemGuard(username="ada", held=frozenset(held), access=access, at_checkpoint=lambda: None)


def test_a_device_for_staff_is_moved_by_staff_and_by_nobody_else():
    guard("device:move", "environment:manage")(Msg("set", SHUTTER, 1))
    with pytest.raises(DeviceForbiddenError, match="ada may not 'set' the device shutter"):
        guard("device:move")(Msg("set", SHUTTER, 1))
    guard("device:move")(Msg("set", MOTOR, 1))


def test_reading_stays_allowed_where_only_moving_is_not():
    guard("device:move")(Msg("read", SHUTTER))
    with pytest.raises(DeviceForbiddenError):
        guard("device:move", access=STAFF_USES)(Msg("read", SHUTTER))


def test_a_part_of_a_forbidden_device_is_forbidden():
    for command in ("set", "trigger", "kickoff", "configure", "prepare"):
        with pytest.raises(DeviceForbiddenError):
            guard("device:move")(Msg(command, PART))


def test_without_the_right_to_move_nothing_is_set():
    with pytest.raises(DeviceForbiddenError, match="device:move"):
        guard(access={})(Msg("set", MOTOR, 1))
    guard(access={})(Msg("read", MOTOR))


def test_messages_without_a_device_pass_and_checkpoints_are_told():
    told = []
    every = ItemGuard(username="ada", held=frozenset(), access={}, at_checkpoint=lambda: told.append(1))
    every(Msg("checkpoint"))
    every(Msg("open_run", plan="x"))
    assert told == [1]


def test_words_that_mean_nothing_are_told():
    faults = access_faults({"a": {"mvoe": "x"}, "b": {"move": "everybody"}, "c": STAFF_MOVES["shutter"]})
    assert len(faults) == 2


def ruled(*rules, baseline=()):
    permit = Permit("ada", "alpha", (rules,), ("grace",))
    return ItemGuard(
        username="ada",
        held=frozenset({"device:move"}),
        access={},
        at_checkpoint=lambda: None,
        permit=permit,
        baseline=baseline,
    )


def device_rule(effect, act, pattern):
    return RuleFact("1", "group beginners", "device", pattern, effect, act)


CAMERA = Thing("camera")
CAM = Thing("camera_cam", parent=CAMERA)
GAIN = Thing("camera_cam_gain", parent=CAM)
NO_CAM = device_rule("forbid", "read", "camera.cam")


@pytest.mark.parametrize(
    "message",
    [
        Msg("read", GAIN),
        Msg("set", CAM, 1),
        Msg("trigger", CAM),
        Msg("monitor", GAIN, name="gain"),
        Msg("locate", MOTOR, GAIN),
        Msg("declare_stream", None, MOTOR, CAM, name="primary"),
        Msg("collect", MOTOR, CAM),
    ],
    ids=lambda message: message.command,
)
def test_plan_code_cannot_touch_a_part_that_a_rule_forbids(message):
    with pytest.raises(
        DeviceForbiddenError, match=r"forbid read camera\.cam.*Ask the beamline staff \(grace\)"
    ):
        ruled(NO_CAM)(message)
    ruled(device_rule("forbid", "read", "shutter"))(message)


def test_configuring_asks_for_the_part_that_is_configured():
    guard_of_gain = ruled(device_rule("forbid", "move", "camera.cam.gain"))
    guard_of_gain(Msg("configure", CAM, {"mode": 1}))
    with pytest.raises(DeviceForbiddenError):
        guard_of_gain(Msg("configure", CAM, {"camera_cam_gain": 3}))


def test_a_step_past_the_range_of_a_rule_is_refused_with_the_rule():
    near = ruled(RuleFact("1", "group beginners", "value", "sx", low=-1.0, high=1.0))
    near(Msg("set", MOTOR, 1.0))
    with pytest.raises(OutsideLimitsError, match='set sx to 1.5 at alpha: rule "value sx -1 to 1"'):
        near(Msg("set", MOTOR, 1.5))


def test_coming_to_rest_is_never_refused_and_flying_is_moving():
    still = ruled(device_rule("forbid", "move", "sx"))
    for command in ("stop", "unstage", "read", "trigger", "stage"):
        still(Msg(command, MOTOR))
    for command in ("kickoff", "prepare"):
        with pytest.raises(DeviceForbiddenError):
            still(Msg(command, MOTOR))


def test_the_baseline_is_read_where_no_rule_forbids_it():
    only_the_shutter = device_rule("allow", "move", "shutter")
    ruled(only_the_shutter, baseline=["sx"])(Msg("read", MOTOR))
    with pytest.raises(DeviceForbiddenError):
        ruled(only_the_shutter, baseline=["sx"])(Msg("set", MOTOR, 1))
    with pytest.raises(DeviceForbiddenError):
        ruled(only_the_shutter)(Msg("read", MOTOR))
    with pytest.raises(DeviceForbiddenError):
        ruled(device_rule("forbid", "read", "sx"), baseline=["sx"])(Msg("read", MOTOR))
