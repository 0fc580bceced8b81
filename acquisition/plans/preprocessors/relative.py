"""Moves counted from where the motors are, and the way back."""

from collections.abc import Iterable, Mapping
from typing import Any

from acquisition.plans.coupling import coupled_parent, is_coupled, with_siblings
from acquisition.plans.groups import fresh_group
from acquisition.plans.kinship import hinted_fields, is_one_of
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.control import finalize_wrapper
from acquisition.plans.preprocessors.decoration import make_decorator
from acquisition.plans.preprocessors.mutation import Insertion, msg_mutator, pchain, plan_mutator, single_gen


class _Positions:
    """Where devices were before a plan set them the first time."""

    def __init__(self, devices: Iterable[Any] | None) -> None:
        self.initial: dict[Any, Any] = {}
        self.devices: set[Any] | None = None
        self.parents: list[Any] = []
        if devices is not None:
            axes, self.parents = with_siblings(devices)
            self.devices = set(axes)

    def note_before_set(self, msg: Any) -> Insertion:
        """Ask for the position of a device before the first message that sets it."""
        if msg.command != "set" or msg.obj in self.initial:
            return None, None
        if self.devices is not None and msg.obj not in self.devices:
            return None, None
        return pchain(self._note(msg.obj), single_gen(msg)), None

    def _note(self, device: Any) -> Plan[None]:
        position = yield from _setpoint(device)
        self.initial[device] = position
        if is_one_of(device, self.parents):
            self.initial.update(zip(device.pseudo_positioners, position, strict=True))
        parent = coupled_parent(device)
        if parent is not None and is_one_of(parent, self.parents):
            self.initial[parent] = parent.position
            self.initial.update(zip(parent.pseudo_positioners, parent.position, strict=True))


def relative_set_wrapper(plan: Iterable[Any], devices: Iterable[Any] | None = None) -> Plan[Any]:
    """
    Count the values that a plan sets from where the devices are at first.

    Parameters
    ----------
    plan : plan
    devices : iterable of devices, optional
        Which devices; None for all that the plan sets.
    """
    positions = _Positions(devices)

    def to_absolute(msg: Any) -> Any:
        if msg.command != "set" or msg.obj not in positions.initial:
            return msg
        (offset,) = msg.args
        return msg._replace(args=(_shifted(positions.initial[msg.obj], offset),))

    return (yield from msg_mutator(plan_mutator(plan, positions.note_before_set), to_absolute))


def reset_positions_wrapper(plan: Iterable[Any], devices: Iterable[Any] | None = None) -> Plan[Any]:
    """
    Move devices back, at the end, to where they were at first.

    Parameters
    ----------
    plan : plan
    devices : iterable of devices, optional
        Which devices; None for all that the plan sets.
    """
    positions = _Positions(devices)

    def back() -> Plan[None]:
        group = fresh_group("reset")
        for device, position in positions.initial.items():
            if not is_one_of(getattr(device, "parent", None), positions.parents):
                yield Msg("set", device, position, group=group)
        yield Msg("wait", None, group=group)

    return (yield from finalize_wrapper(plan_mutator(plan, positions.note_before_set), back()))


def _setpoint(device: Any) -> Plan[Any]:
    """Give the setpoint of a device: by its location, its position, or its one field; 0 if nobody answers."""
    if hasattr(device, "locate"):
        location = yield Msg("locate", device)
        return 0 if location is None else location["setpoint"]
    if hasattr(device, "position"):
        return device.position
    reading = yield Msg("read", device)
    if reading is None:
        return 0
    fields = hinted_fields(device)
    if len(fields) > 1 and not is_coupled(device):
        raise ValueError(
            f"{device.name} has several hinted fields ({', '.join(fields)}), so where it is is not known: "
            "move its axes one by one, or give it a position"
        )
    return reading[fields[0] if fields else next(iter(reading))]["value"]


def _shifted(position: Any, offset: Any) -> Any:
    if isinstance(offset, Mapping):
        return {axis: getattr(position, axis) + distance for axis, distance in offset.items()}
    return position + offset


relative_set_decorator = make_decorator(relative_set_wrapper)
reset_positions_decorator = make_decorator(reset_positions_wrapper)
