"""A simulated axis moves as a motor does."""

import threading

import pytest

from acquisition.devices.errors import LimitsError, MoveStoppedError, WrongValueError
from acquisition.devices.sim import SoftAxis


def test_without_velocity_a_move_is_over_at_once():
    axis = SoftAxis("x")
    status = axis.set(3)
    assert status.success
    assert axis.read()["x"]["value"] == 3.0
    assert axis.locate() == {"setpoint": 3.0, "readback": 3.0}


def test_with_velocity_the_readback_passes_through_the_middle():
    axis, seen = SoftAxis("x", velocity=100.0, acceleration=10_000.0), []
    axis.readback.subscribe(lambda reading: seen.append(reading["x"]["value"]))
    axis.set(10.0).wait(5)
    assert seen == sorted(seen)
    assert seen[-1] == 10.0
    assert any(0.0 < value < 10.0 for value in seen)


def test_progress_counts_down_what_is_left():
    axis, fractions = SoftAxis("x", velocity=100.0), []
    status = axis.set(10.0)
    status.watch(lambda **step: fractions.append(step["fraction"]))
    status.wait(5)
    assert fractions == sorted(fractions, reverse=True)
    assert all(0.0 <= fraction <= 1.0 for fraction in fractions)


def test_stop_keeps_the_axis_where_it_is_and_ends_the_move_as_told():
    for success in (True, False):
        axis = SoftAxis("x", velocity=1.0)
        moved = threading.Event()
        status = axis.set(100.0)
        axis.readback.subscribe(lambda reading, moved=moved: reading["x"]["value"] > 0 and moved.set())
        assert moved.wait(5)
        axis.stop(success=success)
        error = status.exception(5)
        assert (error is None) is success
        assert success or isinstance(error, MoveStoppedError)
        location = axis.locate()
        assert location["setpoint"] == location["readback"] < 100.0
        assert not axis.is_moving


def test_a_new_target_ends_the_move_before_it():
    axis = SoftAxis("x", velocity=50.0)
    first = axis.set(100.0)
    second = axis.set(0.5)
    assert isinstance(first.exception(5), MoveStoppedError)
    second.wait(5)
    assert axis.locate()["readback"] == 0.5


def test_an_impossible_target_is_refused_and_nothing_moves():
    axis = SoftAxis("x", limits=(-1.0, 1.0))
    with pytest.raises(LimitsError, match="x cannot go to 2 mm: its limits are -1 to 1 mm"):
        axis.set(2)
    with pytest.raises(WrongValueError):
        axis.set(float("nan"))
    with pytest.raises(LimitsError):
        axis.check_value(2)
    assert axis.locate()["setpoint"] == 0.0


def test_the_velocity_is_configuration_and_can_be_changed():
    axis = SoftAxis("x", velocity=1.0)
    _, new = axis.configure(velocity=1000.0)
    assert new["x_velocity"]["value"] == 1000.0
    axis.set(5.0).wait(5)
