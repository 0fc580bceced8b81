"""
Axes that are coupled: pseudo axes that share real motors.

A parent is coupled when it has a ``RealPosition``, ``pseudo_positioners`` and ``real_positioners``
(the pseudo positioner of ophyd, and ours). Two pseudo axes of one parent cannot be set one after the
other, for each ``set`` moves all real motors: they are set together, as one position of the parent.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from acquisition.plans.kinship import is_one_of


def is_coupled(device: Any) -> bool:
    """Tell whether the device computes its axes from other motors."""
    return hasattr(device, "RealPosition")


def coupled_parent(device: Any) -> Any | None:
    """Give the coupled parent that the device is a pseudo axis of, or None."""
    parent = getattr(device, "parent", None)
    if parent is not None and is_coupled(parent) and is_one_of(device, parent.pseudo_positioners):
        return parent
    return None


def with_siblings(devices: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """
    Complete a list of axes with those that move with them.

    Returns
    -------
    axes, parents : list, list
        The devices and all pseudo axes coupled with them; the coupled parents.
    """
    axes: list[Any] = []
    parents: list[Any] = []
    for device in devices:
        if not is_one_of(device, axes):
            axes.append(device)
        parent = device if is_coupled(device) else coupled_parent(device)
        if parent is not None and not is_one_of(parent, parents):
            parents.append(parent)
    for parent in parents:
        axes += [child for child in parent.pseudo_positioners if not is_one_of(child, axes)]
    return axes, parents


def join_coupled(step: Mapping[Any, Any]) -> dict[Any, Any]:
    """
    Turn positions of several pseudo axes of one parent into one position of the parent.

    Parameters
    ----------
    step : mapping of device to position

    Returns
    -------
    dict of device to position
        Positions of a joined parent are a mapping of axis name to position.

    Raises
    ------
    ValueError
        If a parent is given beside its axes, or pseudo axes beside real ones.
    """
    shared = shared_parents(step)
    if not shared:
        return dict(step)
    joined: dict[Any, Any] = {}
    for device, position in step.items():
        parent = coupled_parent(device)
        if parent is None or not is_one_of(parent, shared):
            joined[device] = position
        else:
            joined.setdefault(parent, {})[_axis_name(parent, device)] = position
    return joined


def shared_parents(devices: Iterable[Any]) -> list[Any]:
    """Give the coupled parents of which two or more pseudo axes are among the devices."""
    devices = list(devices)
    if not any(is_coupled(device) or coupled_parent(device) is not None for device in devices):
        return []
    parents = [parent for device in devices if (parent := coupled_parent(device)) is not None]
    for parent in parents:
        if is_one_of(parent, devices):
            raise ValueError(f"{parent.name} and axes of it are both to be moved: give one or the other")
        real = [device.name for device in devices if is_one_of(device, parent.real_positioners)]
        if real:
            raise ValueError(
                f"pseudo axes of {parent.name} and its real motors {', '.join(real)} are both to be moved: "
                "give pseudo axes or real motors"
            )
    return [parent for n, parent in enumerate(parents) if is_one_of(parent, parents[:n])]


def _axis_name(parent: Any, axis: Any) -> str:
    return next(str(name) for name in parent.component_names if getattr(parent, name) is axis)
