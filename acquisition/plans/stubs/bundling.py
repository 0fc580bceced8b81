"""Bundle readings into events."""

from typing import Any

from acquisition.plans.kinship import separate_devices
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.shapes import Flyable, Readable


@plan
def create(name: str = "primary") -> Plan[None]:
    """Open a bundle: the readings that follow go into one event of the stream ``name``."""
    yield Msg("create", name=name)


@plan
def save() -> Plan[None]:
    """Close the bundle and emit its event."""
    yield Msg("save")


@plan
def drop() -> Plan[None]:
    """Close the bundle and forget what was read into it."""
    yield Msg("drop")


@plan
def declare_stream(*objs: Readable | Flyable, name: str, collect: bool = False) -> Plan[Any]:
    """
    Emit the descriptor of a stream before its first event.

    Parameters
    ----------
    *objs : readable devices, or flyable ones that are collected
        Devices that the events of the stream will hold.
    name : str
        Name of the stream.
    collect : bool
        Describe what the devices will be collected for, not what they read.

    Returns
    -------
    tuple
        The descriptor, a function that composes events of it, and the devices.
    """
    return (yield Msg("declare_stream", None, *separate_devices(objs), name=name, collect=collect))
