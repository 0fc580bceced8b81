"""The inside of a scan: move, then take a reading."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from acquisition.plans.groups import fresh_group
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.shapes import Readable, TakeReading
from acquisition.plans.stubs.reading import trigger_and_read


@plan
def one_shot(detectors: Sequence[Readable], take_reading: TakeReading | None = None) -> Plan[None]:
    """
    Take one reading: the inside of a count.

    Parameters
    ----------
    detectors : sequence of readable devices
    take_reading : plan function, optional
        Takes the devices; :func:`trigger_and_read` unless given.
    """
    yield Msg("checkpoint")
    yield from (take_reading or trigger_and_read)(list(detectors))


@plan
def one_1d_step(
    detectors: Sequence[Any], motor: Any, step: Any, take_reading: TakeReading | None = None
) -> Plan[Any]:
    """
    Move one motor and take a reading.

    Parameters
    ----------
    detectors : sequence of readable devices
    motor : movable device
    step : object
        Position, in the units of the motor.
    take_reading : plan function, optional
        Takes the devices; :func:`trigger_and_read` unless given.
    """
    group = fresh_group("set")
    yield Msg("checkpoint")
    yield Msg("set", motor, step, group=group)
    yield Msg("wait", None, group=group)
    return (yield from (take_reading or trigger_and_read)([*detectors, motor]))


@plan
def move_per_step(step: Mapping[Any, Any], pos_cache: MutableMapping[Any, Any]) -> Plan[None]:
    """
    Move to one point of a trajectory, leaving motors alone that are there already.

    Parameters
    ----------
    step : mapping of motor to position
    pos_cache : mapping of motor to position
        Where each motor was sent last, None for nowhere yet; kept up to date here.
    """
    yield Msg("checkpoint")
    group = fresh_group("set")
    for motor, position in step.items():
        if position == pos_cache[motor]:
            continue
        yield Msg("set", motor, position, group=group)
        pos_cache[motor] = position
    yield Msg("wait", None, group=group)


@plan
def one_nd_step(
    detectors: Sequence[Any],
    step: Mapping[Any, Any],
    pos_cache: MutableMapping[Any, Any],
    take_reading: TakeReading | None = None,
) -> Plan[None]:
    """Move to one point of a trajectory and take a reading; see :func:`move_per_step`."""
    yield from move_per_step(step, pos_cache)
    yield from (take_reading or trigger_and_read)([*detectors, *step])
