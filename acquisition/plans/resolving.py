"""From checked parameters to the arguments of the plan function, with real devices."""

from collections.abc import Mapping
from typing import Any

from acquisition.plans.binding import BoundParameters
from acquisition.plans.errors import ParameterError
from acquisition.plans.wording import near, show

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def resolve(
    description: Mapping[str, Any],
    parameters: BoundParameters | Mapping[str, Any],
    devices: Mapping[str, Any],
) -> Arguments:
    """
    Give the arguments to call a plan function with.

    Parameters
    ----------
    description : mapping
        Description of the plan as JSON.
    parameters : BoundParameters, or mapping of parameter name to JSON value
        That :func:`bind` accepted.
    devices : mapping of str to device
        The devices of the beamline.

    Returns
    -------
    args, kwargs : tuple, dict

    Raises
    ------
    ParameterError
        If a device is not there.
    """
    values = parameters.values if isinstance(parameters, BoundParameters) else parameters
    faults: dict[str, list[str]] = {}
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    has_groups = any(
        entry["kind"] == "var_positional" and values.get(entry["name"]) for entry in description["parameters"]
    )
    for entry in description["parameters"]:
        name = entry["name"]
        if name not in values and not (has_groups and entry["kind"] == "positional"):
            continue
        try:
            value = _value(entry, values.get(name, entry["default"]), devices)
        except KeyError as missing:
            unknown = str(missing.args[0])
            faults[name] = [f"no device is called {show(unknown)}.{near(unknown, devices)}"]
            continue
        if entry["kind"] == "var_positional":
            args.extend(value)
        elif entry["kind"] == "positional" and has_groups:
            args.append(value)
        else:
            kwargs[name] = value
    if faults:
        raise ParameterError(str(description["name"]), faults)
    return tuple(args), kwargs


def find_device(name: str, devices: Mapping[str, Any]) -> Any:
    """
    Give a device, or a component of one by its dotted name.

    Raises
    ------
    KeyError
        If there is none. Only components are found: what names the device as its parent.
    """
    if name in devices:
        return devices[name]
    root, *parts = name.split(".")
    if root not in devices:
        raise KeyError(name)
    found = devices[root]
    for part in parts:
        component = None if part.startswith("_") or not part.isidentifier() else getattr(found, part, None)
        if component is None or getattr(component, "parent", None) is not found:
            raise KeyError(name)
        found = component
    return found


def _value(spec: Mapping[str, Any], value: Any, devices: Mapping[str, Any]) -> Any:
    if spec["type"] == "group":
        return [
            _value(member, item, devices)
            for group in value
            for member, item in zip(spec["repeat"], group, strict=True)
        ]
    kinds = {alternative["type"] for alternative in (spec, *spec.get("also", []))}
    if "device" in kinds and isinstance(value, str):
        return find_device(value, devices)
    if "devices" in kinds and isinstance(value, list | tuple):
        return [find_device(name, devices) for name in value]
    if spec.get("names_devices"):
        return _if_device(value, devices)
    if (spec.get("items") or {}).get("names_devices") and isinstance(value, list | tuple):
        return [_if_device(item, devices) for item in value]
    return value


def _if_device(value: Any, devices: Mapping[str, Any]) -> Any:
    """Give the device of that name where the plan did not say what it takes; otherwise the value."""
    if isinstance(value, list):
        return [_if_device(item, devices) for item in value]
    return devices[value] if isinstance(value, str) and value in devices else value
