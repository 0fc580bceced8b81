"""A motor record does what the record of the field does."""

import asyncio

import pytest

from acquisition.devices.sim.records.motor import MSTA_PLUS_LS, MotorRecord, MotorSetup


def record(**more):
    return MotorRecord(MotorSetup("mm", 4, 1000.0, (-10.0, 10.0), **more))


def run(steps):
    return asyncio.run(steps)


async def put(motor, field, value):
    """Write as a client does: the value, then what hangs on it."""
    channel = motor.fields[field]
    await channel.write(value)
    await channel.handler(channel.value)


def test_a_move_ends_at_its_target_with_dmov():
    async def steps():
        motor = record()
        await put(motor, "VAL", 3.0)
        return motor

    motor = run(steps())
    assert (motor.position, motor.get("RBV"), motor.get("DMOV"), motor.get("MOVN")) == (3.0, 3.0, 1, 0)


@pytest.mark.parametrize(("start", "target"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.05)])
def test_with_backlash_the_end_is_reached_from_one_side(start, target):
    motor = record(backlash=0.1, position=start)
    legs = motor._legs(target)
    assert legs[-1].target == target
    assert legs[-1].start < target
    assert legs[-1].velocity == 200.0


def test_beyond_the_soft_limits_a_switch_stops_it():
    async def steps():
        motor = record()
        await put(motor, "HLM", 50.0)
        await put(motor, "VAL", 40.0)
        return motor

    motor = run(steps())
    assert motor.position == pytest.approx(10.4)
    assert motor.get("HLS") == 1
    assert motor.get("MSTA") & MSTA_PLUS_LS
    assert motor.get("VAL") == pytest.approx(10.4)


def test_set_calls_the_position_otherwise_without_a_move():
    async def steps():
        motor = record(position=2.0)
        await put(motor, "SET", "Set")
        await put(motor, "VAL", 5.0)
        await put(motor, "SET", "Use")
        return motor

    motor = run(steps())
    assert motor.position == 5.0
    assert (motor.get("OFF"), motor.get("DRBV"), motor.get("HLM")) == (3.0, 2.0, 13.0)


def test_a_negative_direction_turns_user_positions_round():
    async def steps():
        motor = record()
        await put(motor, "DIR", "Neg")
        await put(motor, "VAL", 4.0)
        return motor

    motor = run(steps())
    assert (motor.position, motor.get("DRBV")) == (4.0, -4.0)


def test_a_pause_keeps_the_target_and_go_takes_it_up():
    async def steps():
        motor = record()
        await motor.fields["VELO"].write(1.0)
        moving = asyncio.create_task(put(motor, "VAL", 5.0))
        while not motor.is_moving:
            await asyncio.sleep(0)
        await put(motor, "SPMG", "Pause")
        await moving
        paused_at, target = motor.position, motor.get("VAL")
        await motor.fields["VELO"].write(1000.0)
        await put(motor, "SPMG", "Go")
        return paused_at, target, motor.position

    paused_at, target, end = run(steps())
    assert paused_at < 1.0
    assert (target, end) == (5.0, 5.0)


def test_a_stop_forgets_the_target():
    async def steps():
        motor = record()
        await motor.fields["VELO"].write(1.0)
        moving = asyncio.create_task(put(motor, "VAL", 5.0))
        while not motor.is_moving:
            await asyncio.sleep(0)
        await put(motor, "STOP", 1)
        await moving
        return motor

    motor = run(steps())
    assert motor.get("VAL") == motor.get("RBV") < 1.0
    assert motor.get("DMOV") == 1


def test_where_it_was_is_known_afterwards():
    async def steps():
        motor = record()
        begun = asyncio.get_running_loop().time()
        await put(motor, "VAL", 8.0)
        return motor.position_at(begun - 1.0), motor.position_at(begun + 1000.0)

    assert run(steps()) == (0.0, 8.0)


def test_tweaks_and_relative_moves_start_from_the_setpoint():
    async def steps():
        motor = record()
        await motor.fields["TWV"].write(0.5)
        await put(motor, "TWF", 1)
        await put(motor, "RLV", 1.0)
        await put(motor, "TWR", 1)
        return motor.position

    assert run(steps()) == pytest.approx(1.0)
