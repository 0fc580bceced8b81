"""Find devices by name and by what they can do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from acquisition.devices.component import Component
from acquisition.devices.errors import DeviceError
from acquisition.devices.signal import Signal


class UnknownDeviceError(DeviceError, KeyError):
    """There is no device of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


def find(devices: Mapping[str, Any], dotted: str) -> Any:
    """Return a device or a part of one: ``det``, ``det.exposure_s``.

    Raises
    ------
    UnknownDeviceError
        Saying how far the name was good, and what there is.
    """
    name, *path = dotted.split(".")
    if name not in devices:
        raise UnknownDeviceError(f"there is no device {name!r}; there are {', '.join(sorted(devices))}")
    found = devices[name]
    for index, part in enumerate(path):
        children = children_of(found)
        if part not in children:
            parent = ".".join([name, *path[:index]])
            known = ", ".join(sorted(children)) or "nothing"
            raise UnknownDeviceError(f"{parent} has no part {part!r}; it has {known}")
        found = children[part]
    return found


def children_of(device: Any) -> Mapping[str, Any]:
    """Return the parts of a device of any library, by attribute name."""
    if isinstance(device, Component):
        return device.children
    names = getattr(device, "component_names", None)  # ophyd
    if names is not None:
        return {name: getattr(device, name) for name in names}
    children = getattr(device, "children", None)  # ophyd-async
    return dict(children()) if callable(children) else {}


def fitting(devices: Mapping[str, Any], protocol: type[Any]) -> dict[str, Any]:
    """Return the devices that have all methods of ``protocol``."""
    return {name: device for name, device in devices.items() if isinstance(device, protocol)}


def check_keys(devices: Mapping[str, Component]) -> dict[str, Exception | str]:
    """Return a failure for each device with a field that another one has too: one event cannot hold both."""
    owners: dict[str, list[str]] = defaultdict(list)
    for name, device in devices.items():
        for key in sorted(_field_names(device)):
            owners[key].append(name)
    failures: dict[str, Exception | str] = {}
    for key, names in owners.items():
        for name in names[1:]:
            failures[name] = f"has a field {key!r}, as {names[0]} has: rename one of them"
    return failures


def _field_names(component: Component) -> set[str]:
    names = {component.name} if isinstance(component, Signal) and component.kind.is_read else set()
    for child in component.children.values():
        names |= _field_names(child)
    return names
