"""Plans that only move things."""

import pytest

from acquisition.plans.errors import ParameterError
from acquisition.plans.moves import move, move_by, set_state
from acquisition.plans.registry import bind, describe_plan

DEVICES = {
    "sx": {"protocols": ["Movable"], "units": "mm", "limits": [-10.0, 10.0]},
    "shutter": {"protocols": ["Movable"], "units": "", "limits": None},
}


class Axis:
    def __init__(self, name):
        self.name = name

    def set(self, value):
        raise AssertionError("a plan moves nothing by itself")


def commands(plan):
    return [(msg.command, getattr(msg.obj, "name", None), msg.args) for msg in plan]


def test_move_sets_all_and_waits_once():
    sx, sy = Axis("sx"), Axis("sy")
    assert commands(move(sx, 1.0, sy, 2.0)) == [
        ("set", "sx", (1.0,)),
        ("set", "sy", (2.0,)),
        ("wait", None, ()),
    ]


def test_set_state_sets_the_word():
    assert commands(set_state(Axis("shutter"), "open"))[0] == ("set", "shutter", ("open",))


def test_a_position_outside_the_limits_is_refused_before_anything_moves():
    description = describe_plan(move).as_dict()
    assert bind(description, {"args": [["sx", 9.5]]}, DEVICES)
    with pytest.raises(ParameterError) as refused:
        bind(description, {"args": [["sx", 10.5]]}, DEVICES)
    assert "-10" in str(refused.value.fields)


def test_a_distance_longer_than_the_travel_is_refused():
    description = describe_plan(move_by).as_dict()
    with pytest.raises(ParameterError):
        bind(description, {"args": [["sx", 20.5]]}, DEVICES)
