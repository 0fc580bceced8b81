"""A message about a device that the submitter may not touch is refused, also from inside plan code."""

import pytest

from acquisition.plans.msg import Msg
from acquisition.worker.guard import DeviceForbiddenError, ItemGuard, access_faults


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
