"""A motor moves, stops, refuses and tells, over real Channel Access."""

import threading

import pytest

from acquisition.devices.backends.ca_client import shared_client
from acquisition.devices.errors import (
    DeviceTimeoutError,
    LimitsError,
    MoveStoppedError,
    NotConnectedError,
    PutFailedError,
    WrongValueError,
)
from acquisition.devices.library.motor import Motor
from tests.support.ioc import until


@pytest.fixture
def sx(devices):
    motor = devices["sx"]
    motor.set(0.0).wait(10)
    return motor


def test_a_move_ends_when_the_record_is_there(sx):
    sx.set(0.5).wait(10)
    assert sx.read()["sx"]["value"] == 0.5
    assert sx.locate() == {"setpoint": 0.5, "readback": 0.5}
    assert sx.done_moving.get() == 1


def test_starting_a_move_costs_one_packet(sx):
    client = shared_client()
    before = client.packets_sent
    status = sx.set(0.5)
    assert client.packets_sent - before == 1
    status.wait(10)


def test_a_move_to_where_it_is_ends_too(sx):
    sx.set(0.0).wait(10)
    sx.set(0.0).wait(10)


def test_many_moves_in_a_row_all_end_where_they_should(sx):
    for step in range(20):
        target = 0.01 * (step % 3)
        sx.set(target).wait(10)
        assert sx.readback.get() == pytest.approx(target)


def test_progress_comes_in_steps_with_units(sx):
    steps = []
    status = sx.set(4.0)
    status.watch(lambda **step: steps.append(step))
    status.wait(10)
    assert len(steps) >= 2
    fractions = [step["fraction"] for step in steps]
    assert fractions == sorted(fractions, reverse=True)
    assert steps[0]["unit"] == "mm"
    assert (steps[0]["initial"], steps[0]["target"]) == (0.0, 4.0)


@pytest.mark.parametrize("target", [10.5, -11, 1e9])
def test_a_target_outside_the_limits_is_refused_and_never_sent(sx, target):
    with pytest.raises(LimitsError, match=r"sx cannot go to .* mm: its limits are -10 to 10 mm"):
        sx.set(target)
    with pytest.raises(LimitsError):
        sx.check_value(target)
    assert sx.setpoint.get() == 0.0


@pytest.mark.parametrize("target", [float("nan"), float("inf"), "1", None])
def test_what_is_no_position_is_refused(sx, target):
    with pytest.raises(WrongValueError, match="sx takes a"):
        sx.set(target)


def test_limits_that_beamline_staff_move_hold_at_once(sx, devices):
    heard = threading.Event()
    sx.high_limit.subscribe(lambda reading: reading["sx_high_limit"]["value"] == 1.0 and heard.set())
    try:
        sx.high_limit.backend.put(1.0).wait(10)
        assert heard.wait(10)
        with pytest.raises(LimitsError, match="-10 to 1 mm"):
            sx.set(1.5)
    finally:
        sx.high_limit.backend.put(10.0).wait(10)


def moving(motor, target):
    """Start a move and wait until the motor is on its way."""
    on_its_way = threading.Event()
    status = motor.set(target)
    status.watch(lambda **step: step["fraction"] < 0.999 and on_its_way.set())
    assert on_its_way.wait(10)
    return status


def test_stop_ends_the_move_short_of_its_target_as_told(devices):
    theta = devices["theta"]
    status = moving(theta, 170.0)
    theta.stop(success=False)
    error = status.exception(10)
    assert isinstance(error, MoveStoppedError)
    assert "theta stopped at" in str(error)
    assert "on its way to 170 deg" in str(error)
    location = theta.locate()
    assert location["setpoint"] == location["readback"] < 170.0
    status = moving(theta, -170.0)
    theta.stop(success=True)
    status.wait(10)
    assert theta.readback.get() > -170.0


def test_a_stop_by_somebody_else_fails_the_move(devices, ioc):
    theta = devices["theta"]
    other = Motor("DEMO:theta", "other")
    other.connect()
    status = moving(theta, 100.0 if theta.readback.get() < 0 else -100.0)
    other.stop()
    assert isinstance(status.exception(10), MoveStoppedError)


def test_a_new_target_on_the_way_fails_the_first_move_and_reaches_the_second(devices):
    theta = devices["theta"]
    here = theta.readback.get()
    first = moving(theta, here + 60.0)
    second = theta.set(here + 1.0)
    assert isinstance(first.exception(10), MoveStoppedError)
    second.wait(20)
    assert theta.readback.get() == pytest.approx(here + 1.0)


def test_a_move_that_takes_too_long_fails_in_its_time_and_the_motor_is_stopped(devices, ioc):
    slow = Motor("DEMO:theta", "slow", move_timeout_s=0.1)
    slow.connect()
    target = slow.readback.get() + 30.0
    error = slow.set(target).exception(10)
    assert isinstance(error, DeviceTimeoutError)
    assert "slow moving from" in str(error)
    assert "DEMO:theta.STOP was sent" in str(error)
    until(lambda: slow.done_moving.get() == 1, "the motor to stand")
    assert slow.readback.get() < target


def test_what_the_record_refuses_reaches_the_caller_with_its_reason(sx):
    error = sx.setpoint.backend.put(99.0).exception(10)
    assert isinstance(error, PutFailedError)
    assert "DEMO:sx.VAL" in str(error)
    assert "Limits are set to" in str(error)


def test_a_value_that_nobody_may_write_is_refused_here(sx):
    assert not sx.readback.metadata.is_writable
    error = sx.readback.backend.put(1.0).exception(10)
    assert isinstance(error, PermissionError)


def test_the_descriptor_of_a_motor_has_units_precision_and_source(sx):
    key = sx.describe()["sx"]
    assert (key["source"], key["dtype"], key["units"], key["precision"]) == (
        "ca://DEMO:sx.RBV",
        "number",
        "mm",
        4,
    )
    assert sx.hints == {"fields": ["sx"]}
    assert sx.describe()["sx_setpoint"]["limits"] == {"control": {"low": -10.0, "high": 10.0}}
    assert sx.read_configuration()["sx_velocity"]["value"] == 5.0


def test_motors_that_are_not_there_are_told_all_at_once(ioc):
    with pytest.raises(NotConnectedError) as caught:
        Motor("NOBODY:sx", "sx").connect(timeout_s=0.3)
    lines = caught.value.tree().splitlines()
    assert lines[0] == "sx:"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "readback", "setpoint", "velocity", "done_moving", "high_limit", "low_limit", "retry_deadband",
        "high_limit_switch", "low_limit_switch", "missed_target", "stop_now",
    ]  # fmt: skip
    assert f"NOBODY:sx.RBV: not found at 127.0.0.1:{ioc.port}" in lines[1]
