"""Parents and children among devices, and the fields a device hints at."""

from collections.abc import Iterable
from typing import Any


def ancestry(device: Any) -> list[Any]:
    """Give the device, its parent, its parent's parent and so on."""
    line = [device]
    while (parent := getattr(line[-1], "parent", None)) is not None:
        line.append(parent)
    return line


def root_ancestor(device: Any) -> Any:
    """Give the outermost device that the device is a part of."""
    return ancestry(device)[-1]


def separate_devices(devices: Iterable[Any]) -> list[Any]:
    """
    Drop repeated devices and parts of other devices in the list.

    Reading a device reads its parts, so a part beside its whole would be read twice.
    """
    unlike = list({id(device): device for device in devices}.values())
    if all(getattr(device, "parent", None) is None for device in unlike):
        return unlike
    kept: list[Any] = []
    for device in unlike:
        line = ancestry(device)
        if any(is_one_of(other, line) for other in kept):
            continue
        kept = [other for other in kept if not is_one_of(device, ancestry(other))]
        kept.append(device)
    return kept


def is_one_of(device: Any, devices: Iterable[Any]) -> bool:
    """Tell whether the very object is among the devices (devices may define ``==`` otherwise)."""
    return any(device is other for other in devices)


def hinted_fields(device: Any) -> list[str]:
    """Give the data keys that the device hints as the ones to look at; none when it has no hints."""
    hints = getattr(device, "hints", None)
    return list(hints.get("fields", [])) if hints else []


def rewinding_is_safe(devices: Iterable[Any]) -> bool:
    """Tell whether each of the devices may be triggered again after a pause."""
    return all(device.rewindable.get() for device in devices if hasattr(device, "rewindable"))
