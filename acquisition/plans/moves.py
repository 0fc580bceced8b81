"""Plans that only move things; they take no data and open no run."""

from typing import Annotated, Any

from acquisition.plans.annotations import Groups, Member, PositionOf
from acquisition.plans.msg import Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.shapes import Movable
from acquisition.plans.stubs import mv, mvr

__plans__ = ("move", "move_by", "set_state")

TARGETS = Groups(
    (
        Member("motor", Movable, "What moves."),
        Member("position", Annotated[float, PositionOf("motor")], "Where to, in the motor's units."),
    )
)
DISTANCES = Groups(
    (
        Member("motor", Movable, "What moves."),
        Member("distance", Annotated[float, PositionOf("motor", relative=True)], "How far, in its units."),
    )
)


@plan
def move(*args: Annotated[Any, TARGETS]) -> Plan[None]:
    """
    Move motors together and wait until all are there.

    Parameters
    ----------
    *args : motor, position, motor, position ...
        Motors and where each goes, in the units of each motor.
    """
    yield from mv(*args)


@plan
def move_by(*args: Annotated[Any, DISTANCES]) -> Plan[None]:
    """
    Move motors together by a distance from where they are.

    Parameters
    ----------
    *args : motor, distance, motor, distance ...
        Motors and how far each goes, in the units of each motor.
    """
    yield from mvr(*args)


@plan
def set_state(device: Movable, state: str) -> Plan[None]:
    """
    Put a device into a state that has a name, such as a shutter to ``open``.

    Parameters
    ----------
    device : movable device
        What is set.
    state : str
        One of the states that the device knows.
    """
    yield from mv(device, state)
