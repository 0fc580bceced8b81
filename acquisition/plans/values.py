"""Check one value of a parameter against its description: types, bounds, names of devices."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from acquisition.plans.annotations import MAX_POINTS
from acquisition.plans.wording import near, show, with_units

MAX_ITEMS = 100_000
MAX_DEPTH = 32


class MisfitError(Exception):
    """A value that does not fit; the message says why and what to do. Stays inside this package."""


Devices = Mapping[str, Mapping[str, Any]]
Spec = Mapping[str, Any]


def check_value(spec: Spec, value: Any, devices: Devices) -> Any:
    """
    Give the value as its description wants it.

    Parameters
    ----------
    spec : mapping
        Description of the parameter, or of a member of a group.
    value : object
        JSON value that a person gave.
    devices : mapping
        Descriptions of the devices of the beamline by name.

    Raises
    ------
    MisfitError
        If it does not fit.
    """
    if value is None and spec.get("nullable"):
        return None
    alternatives = [spec, *spec.get("also", [])]
    first: MisfitError | None = None
    for alternative in alternatives:
        try:
            return _CHECKS[alternative["type"]](alternative, value, devices)
        except MisfitError as misfit:
            if first is None or _has_type(alternative["type"], value):
                first = misfit
    assert first is not None
    raise first


def device_named(name: str, devices: Devices) -> Mapping[str, Any] | None:
    """Give the description of a device, or of a component by its dotted name; None if there is none."""
    if name in devices:
        return devices[name]
    root, *parts = name.split(".")
    found: Any = devices.get(root)
    for part in parts:
        components = found.get("components") if isinstance(found, Mapping) else None
        found = components.get(part) if isinstance(components, Mapping) else None
    return found if parts and isinstance(found, Mapping) else None


def limits_of(device: Mapping[str, Any]) -> tuple[float, float] | None:
    """Give the limits of a device; None if it has none, or if they are equal as those never set are."""
    limits = device.get("limits")
    if not isinstance(limits, Sequence) or len(limits) != 2:
        return None
    low, high = limits
    if not (_is_finite(low) and _is_finite(high)) or low >= high:
        return None
    return float(low), float(high)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(spec: Spec, value: Any, devices: Devices) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        quotes = " without quotes" if isinstance(value, str) else ""
        raise MisfitError(f"{show(value)} is not a number. Give a number{quotes}{_like(spec)}.")
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise MisfitError(f"{show(value)} is not a finite number. Give a number{_like(spec)}.")
    _check_bounds(spec, value)
    return value


def _integer(spec: Spec, value: Any, devices: Devices) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise MisfitError(f"{show(value)} is not a whole number. Give a whole number{_like(spec)}.")
    if value.bit_length() > 63:
        raise MisfitError(f"{show(value)} is too large. Give a whole number{_like(spec)}.")
    _check_bounds(spec, value)
    return value


def _check_bounds(spec: Spec, value: float) -> None:
    low, high, units = spec.get("minimum"), spec.get("maximum"), spec.get("units")
    if low is not None and value < low:
        raise MisfitError(f"{with_units(value, units)} is too small. Give {with_units(low, units)} or more.")
    if high is not None and value > high:
        raise MisfitError(f"{with_units(value, units)} is too large. Give {with_units(high, units)} or less.")


def _like(spec: Spec) -> str:
    low, high, units = spec.get("minimum"), spec.get("maximum"), spec.get("units")
    bounds = ""
    if low is not None and high is not None:
        bounds = f" from {with_units(low, None)} to {with_units(high, units)}"
    elif low is not None:
        bounds = f" of {with_units(low, units)} or more"
    elif high is not None:
        bounds = f" of {with_units(high, units)} or less"
    elif units:
        bounds = f" in {units}"
    return bounds


def _string(spec: Spec, value: Any, devices: Devices) -> str:
    if not isinstance(value, str):
        raise MisfitError(f"{show(value)} is not text. Give text in quotes.")
    return value


def _boolean(spec: Spec, value: Any, devices: Devices) -> bool:
    if not isinstance(value, bool):
        raise MisfitError(f"{show(value)} is neither true nor false. Give true or false.")
    return value


def _enum(spec: Spec, value: Any, devices: Devices) -> Any:
    choices = spec.get("choices") or []
    if any(type(choice) is type(value) and choice == value for choice in choices):
        return value
    raise MisfitError(f"{show(value)} is not a choice. Give one of {', '.join(map(show, choices))}.")


def _device(spec: Spec, value: Any, devices: Devices) -> str:
    protocol = spec.get("protocol")
    fitting = [name for name, device in devices.items() if keeps(device, protocol)]
    if not isinstance(value, str):
        raise MisfitError(f"{show(value)} is not a device. Give the name of one device.{near('', fitting)}")
    device = device_named(value, devices)
    if device is None:
        raise MisfitError(f"no device is called {show(value)}.{near(value, fitting)}")
    if not keeps(device, protocol):
        raise MisfitError(f"{value} {_LACKS.get(protocol or '', f'is not {protocol}')}.{near('', fitting)}")
    return value


_LACKS = {
    "Movable": "cannot be moved",
    "Readable": "cannot be read",
    "Flyable": "cannot fly (it has no kickoff and complete)",
    "Triggerable": "cannot be triggered",
}


def keeps(device: Mapping[str, Any], protocol: str | None) -> bool:
    """Tell whether a device keeps a protocol; each keeps None and Device."""
    return protocol in (None, "Device") or protocol in (device.get("protocols") or ())


def _devices(spec: Spec, value: Any, devices: Devices) -> list[str]:
    if not isinstance(value, list | tuple):
        raise MisfitError(f'{show(value)} is not a list of devices. Give a list such as ["name", "name"].')
    names = _each(value, lambda item: _device(spec, item, devices))
    twice = sorted({name for name in names if names.count(name) > 1}) if len(names) <= 1000 else ["a device"]
    if twice:
        raise MisfitError(f"{', '.join(twice)} is given more than once. Give each device once.")
    return names


def _array(spec: Spec, value: Any, devices: Devices) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise MisfitError(f"{show(value)} is not a list. Give a list such as [1, 2, 3].")
    length = spec.get("length")
    if length is not None and len(value) != length:
        raise MisfitError(f"the list has {len(value)} values. Give {length}.")
    if len(value) > MAX_POINTS:
        raise MisfitError(f"the list has {len(value)} values. Give {MAX_POINTS} or fewer.")
    items = spec.get("items") or {"type": "object"}
    return _each(value, lambda item: check_value(items, item, devices))


def _each(values: Sequence[Any], check: Callable[[Any], Any]) -> list[Any]:
    checked = []
    for n, value in enumerate(values, 1):
        try:
            checked.append(check(value))
        except MisfitError as misfit:
            raise MisfitError(f"value {n}: {misfit}") from None
    return checked


def _object(spec: Spec, value: Any, devices: Devices) -> Any:
    check_json(value)
    return value


def check_json(value: Any) -> None:
    """Raise MisfitError unless a value is JSON: finite, not deep, not huge, keys of text."""
    left: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while left:
        item, depth = left.pop()
        seen += 1
        if seen > MAX_ITEMS or depth > MAX_DEPTH:
            raise MisfitError(f"the value is too large: at most {MAX_ITEMS} items, {MAX_DEPTH} levels deep.")
        if isinstance(item, dict):
            if not all(isinstance(key, str) for key in item):
                raise MisfitError("the keys of an object must be text.")
            left.extend((inner, depth + 1) for inner in item.values())
        elif isinstance(item, list | tuple):
            left.extend((inner, depth + 1) for inner in item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise MisfitError(f"{show(item)} is not a finite number.")
        elif not isinstance(item, str | int | float | None):
            raise MisfitError(f"{show(item)} cannot be given: use numbers, text, lists and objects.")


_CHECKS: dict[str, Callable[[Spec, Any, Devices], Any]] = {
    "number": _number,
    "integer": _integer,
    "string": _string,
    "boolean": _boolean,
    "enum": _enum,
    "device": _device,
    "devices": _devices,
    "array": _array,
    "object": _object,
}
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "number": (int, float),
    "integer": (int, float),
    "string": (str,),
    "device": (str,),
    "boolean": (bool,),
    "devices": (list, tuple),
    "array": (list, tuple),
}


def _has_type(kind: str, value: Any) -> bool:
    wanted = _JSON_TYPES.get(kind)
    return wanted is not None and isinstance(value, wanted) and (kind == "boolean") == isinstance(value, bool)
