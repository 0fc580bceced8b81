"""Trigger and read devices."""

from collections.abc import Hashable, Sequence
from typing import Any

from acquisition.plans.groups import fresh_group
from acquisition.plans.kinship import hinted_fields, rewinding_is_safe, separate_devices
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.preprocessors.control import rewindable_wrapper
from acquisition.plans.shapes import Readable


@plan
def read(obj: Readable) -> Plan[Any]:
    """Read a device, into the open bundle if there is one; gives ``{key: {"value", "timestamp"}}``."""
    return (yield Msg("read", obj))


@plan
def locate(*objs: Any, squeeze: bool = True) -> Plan[Any]:
    """
    Ask devices where they are and where they were sent.

    Parameters
    ----------
    *objs : locatable devices
    squeeze : bool
        Give a single location for a single device; otherwise always a list.

    Returns
    -------
    dict or list of dict
        ``{"setpoint", "readback"}`` of each, in the units of the device.
    """
    return (yield Msg("locate", *objs, squeeze=squeeze))


@plan
def trigger(obj: Any, *, group: Hashable | None = None, wait: bool = False) -> Plan[Any]:
    """Start the acquisition of a device; gives its status, which joins ``group``."""
    status = yield Msg("trigger", obj, group=group)
    if wait:
        yield Msg("wait", None, group=group)
    return status


@plan
def rd(obj: Readable, *, default_value: Any = 0) -> Plan[Any]:
    """
    Read the one value of a device, without an event.

    Parameters
    ----------
    obj : readable or locatable device
        With a location, one hinted field, or only one field.
    default_value : object
        Answer when nobody carries out the messages.

    Raises
    ------
    ValueError
        If the device has several values and none stands out.
    """
    if hasattr(obj, "locate"):
        location = yield Msg("locate", obj)
        return default_value if location is None else location["readback"]
    fields = hinted_fields(obj)
    if len(fields) > 1:
        raise ValueError(_several_values(obj, "hinted fields", fields))
    parts = getattr(obj, "read_attrs", None)
    if not fields and parts is not None and len(parts) != 1:
        raise ValueError(_several_values(obj, "parts to read", parts))
    reading = yield Msg("read", obj)
    if reading is None:
        return default_value
    if not fields and len(reading) != 1:
        raise ValueError(_several_values(obj, "fields", reading))
    field = fields[0] if fields else next(iter(reading))
    return reading[field]["value"]


@plan
def trigger_and_read(devices: Sequence[Readable], name: str = "primary") -> Plan[dict[str, Any]]:
    """
    Trigger devices, wait for all, and read them into one event.

    Parameters
    ----------
    devices : sequence of readable devices
        Those that have a trigger are triggered first.
    name : str
        Stream of the event.

    Returns
    -------
    dict
        The readings of all devices by data key.
    """
    if not devices:
        yield Msg("null")
    separate = separate_devices(devices)
    if rewinding_is_safe(separate):
        return (yield from _one_event(separate, name))
    readings: dict[str, Any] = yield from rewindable_wrapper(_one_event(separate, name), False)
    return readings


def _one_event(devices: Sequence[Any], name: str) -> Plan[dict[str, Any]]:
    triggered = [device for device in devices if getattr(device, "trigger", None) is not None]
    if triggered:
        group = fresh_group("trigger")
        for device in triggered:
            yield Msg("trigger", device, group=group)
        yield Msg("wait", None, group=group, error_on_timeout=True, timeout=None, watch=())
    yield Msg("create", name=name)
    readings: dict[str, Any] = {}
    try:
        for device in devices:
            reading = yield Msg("read", device)
            if reading is not None:
                readings.update(reading)
    except Exception:
        yield Msg("drop")
        raise
    yield Msg("save")
    return readings


def _several_values(obj: Any, what: str, names: Any) -> str:
    return (
        f"{obj.name} has {len(names)} {what} ({', '.join(map(str, names)) or 'none'}), so its one value "
        "is not known: hint one of them, or read a part of the device"
    )
