"""Set devices to values, and wait for them."""

from collections.abc import Hashable, Sequence
from typing import Any

from acquisition.plans.coupling import join_coupled
from acquisition.plans.groups import fresh_group
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.preprocessors.relative import relative_set_wrapper
from acquisition.plans.shapes import Movable


@plan
def abs_set(
    obj: Movable, *args: Any, group: Hashable | None = None, wait: bool = False, **kwargs: Any
) -> Plan[Any]:
    """
    Set a device.

    Parameters
    ----------
    obj : movable device
    *args, **kwargs
        Passed to ``obj.set``: first of all the value, in the units of the device.
    group : hashable, optional
        Group that the status joins.
    wait : bool
        Wait until it is there.

    Returns
    -------
    status
    """
    if wait and group is None:
        group = fresh_group("set")
    status = yield Msg("set", obj, *args, group=group, **kwargs)
    if wait:
        yield Msg("wait", None, group=group)
    return status


@plan
def rel_set(
    obj: Movable, *args: Any, group: Hashable | None = None, wait: bool = False, **kwargs: Any
) -> Plan[Any]:
    """Set a device to a value counted from where it is; arguments as for :func:`abs_set`."""
    return (yield from relative_set_wrapper(abs_set(obj, *args, group=group, wait=wait, **kwargs)))


@plan
def mv(
    *args: Any, group: Hashable | None = None, timeout: float | None = None, **kwargs: Any
) -> Plan[tuple[Any, ...]]:
    """
    Move devices together and wait until all are there.

    Parameters
    ----------
    *args : device, value, device, value ...
        Values in the units of each device.
    group : hashable, optional
        Group to wait on.
    timeout : float, optional
        Most seconds to wait.
    **kwargs
        Passed to each ``set``.

    Returns
    -------
    tuple of status
    """
    group = group or fresh_group("set")
    statuses = []
    for device, value in join_coupled(dict(device_value_pairs(args))).items():
        statuses.append((yield Msg("set", device, value, group=group, **kwargs)))
    yield Msg("wait", None, group=group, timeout=timeout)
    return tuple(statuses)


@plan
def mvr(
    *args: Any, group: Hashable | None = None, timeout: float | None = None, **kwargs: Any
) -> Plan[tuple[Any, ...]]:
    """Move devices by distances from where they are; arguments as for :func:`mv`."""
    devices = [device for device, _ in device_value_pairs(args)]
    moves = mv(*args, group=group, timeout=timeout, **kwargs)
    statuses: tuple[Any, ...] = yield from relative_set_wrapper(moves, devices)
    return statuses


mov = mv
movr = mvr


@plan
def stop(obj: Any) -> Plan[Any]:
    """Stop a device where it is."""
    return (yield Msg("stop", obj))


@plan
def configure(obj: Any, *args: Any, **kwargs: Any) -> Plan[Any]:
    """
    Change the configuration of a device; arguments are passed to its ``configure``.

    Returns
    -------
    tuple
        Configuration readings before and after.
    """
    return (yield Msg("configure", obj, *args, **kwargs))


def device_value_pairs(args: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Split ``device, value, device, value`` into pairs; an odd number or a device twice is an error."""
    if not args or len(args) % 2:
        raise ValueError(f"devices and values come in pairs (device, value, ...), but {len(args)} were given")
    devices = args[::2]
    twice = {getattr(device, "name", repr(device)) for device in devices if devices.count(device) > 1}
    if twice:
        raise ValueError(
            f"one move can set a device once, but {', '.join(sorted(twice))} is given more than once"
        )
    return list(zip(devices, args[1::2], strict=True))
