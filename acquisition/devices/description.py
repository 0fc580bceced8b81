"""Describe devices as plain data, for those who have no devices: forms, pages, validation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from acquisition.devices.component import Component
from acquisition.devices.device import Device
from acquisition.devices.errors import DeviceError
from acquisition.devices.protocols import protocols_of
from acquisition.devices.registry import children_of
from acquisition.devices.signal import Signal


def describe_devices(devices: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what may be known of each device, JSON-able.

    Each has ``class``, ``title``, ``protocols``, ``kind``, ``dtype``, ``units``, ``precision``, ``limits``
    (low and high, or None), ``choices``, ``readback`` (the key of its main value in the documents),
    ``fields`` (its hints) and ``components``, which are described the same way.
    """
    return {name: describe_device(device) for name, device in devices.items()}


def describe_device(device: Any) -> dict[str, Any]:
    """Return what may be known of one device; see ``describe_devices``."""
    cls = type(device)
    described: dict[str, Any] = {
        "class": f"{cls.__module__}.{cls.__qualname__}",
        "title": getattr(device, "title", "") or getattr(device, "name", ""),
        "protocols": protocols_of(device),
        "kind": device.kind.value if isinstance(device, Component) else None,
        "readback": _readback(device),
        "fields": _fields(device),
        **_value_facts(device),
    }
    described["limits"] = _limits(device) or described["limits"]
    described["components"] = {name: describe_device(child) for name, child in children_of(device).items()}
    return described


def _main_signal(device: Any) -> Signal | None:
    if isinstance(device, Signal):
        return device
    return device.primary if isinstance(device, Device) else None


def _readback(device: Any) -> str | None:
    signal = _main_signal(device)
    if signal is not None:
        return signal.name
    fields = _fields(device)
    return fields[0] if fields else None


def _fields(device: Any) -> list[str]:
    hints = getattr(device, "hints", None)
    return list(hints.get("fields", [])) if isinstance(hints, dict) else []


def _value_facts(device: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"units": "", "precision": None, "limits": None, "choices": [], "dtype": None}
    signal = _main_signal(device)
    if signal is None:
        return facts
    try:
        metadata = signal.metadata
    except DeviceError:
        return facts  # not connected: nothing is known of its value
    facts.update(units=metadata.units, precision=metadata.precision, dtype=metadata.dtype)
    facts["limits"] = _finite_pair(metadata.limits)
    facts["choices"] = list(getattr(device, "choices", None) or metadata.choices)
    return facts


def _limits(device: Any) -> list[float] | None:
    """Return the limits of an axis, which may be others than those of its readback."""
    try:
        limits = getattr(device, "limits", None)
    except DeviceError:
        return None
    return _finite_pair(limits)


def _finite_pair(limits: Any) -> list[float] | None:
    """Return low and high; None unless both are numbers that JSON can hold, low below high."""
    if not isinstance(limits, tuple | list) or len(limits) != 2 or not limits[0] < limits[1]:
        return None
    low, high = float(limits[0]), float(limits[1])
    return [low, high] if math.isfinite(low) and math.isfinite(high) else None
