"""Check the parameters of an item against the description of its plan, with names of devices only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from acquisition.plans.annotations import MAX_POINTS
from acquisition.plans.errors import ParameterError
from acquisition.plans.values import MisfitError, check_value, device_named, limits_of
from acquisition.plans.wording import near, show, with_units

MAX_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class BoundParameters:
    """
    Parameters that fit their plan.

    Parameters
    ----------
    plan : str
        Name of the plan.
    values : dict
        JSON values by parameter name, only of parameters that were given; groups as lists.
    devices : tuple of str
        Names of all devices that are used, in order.
    points : int, optional
        How many points the run will have, if the parameters tell.
    """

    plan: str
    values: dict[str, Any]
    devices: tuple[str, ...]
    points: int | None


def bind(
    description: Mapping[str, Any], parameters: Mapping[str, Any], devices: Mapping[str, Mapping[str, Any]]
) -> BoundParameters:
    """
    Check parameters, without any object of the beamline.

    Parameters
    ----------
    description : mapping
        Description of the plan as JSON.
    parameters : mapping
        JSON values by parameter name. Devices are given by name, var_positional parameters as list
        of groups.
    devices : mapping
        Descriptions of devices by name: ``protocols``, ``limits``, ``units``, ``components``.

    Raises
    ------
    ParameterError
        With everything that is wrong, by parameter.
    """
    plan = str(description["name"])
    if not isinstance(parameters, Mapping):
        text = f"{show(parameters)} is not an object. Give an object of parameter names and values."
        raise ParameterError(plan, {"parameters": [text]})
    binder = _Binder(description, devices)
    binder.take(parameters)
    binder.check_positions()
    points = binder.count_points()
    if binder.faults:
        raise ParameterError(plan, binder.faults)
    return BoundParameters(plan, binder.values, tuple(dict.fromkeys(binder.used_devices())), points)


class _Binder:
    """Checks the parameters of one item, and keeps every fault."""

    def __init__(self, description: Mapping[str, Any], devices: Mapping[str, Mapping[str, Any]]) -> None:
        self.parameters = {entry["name"]: entry for entry in description["parameters"]}
        self.devices = devices
        self.values: dict[str, Any] = {}
        self.faults: dict[str, list[str]] = {}

    def fault(self, name: str, text: str) -> None:
        self.faults.setdefault(name, []).append(text)

    def take(self, given: Mapping[str, Any]) -> None:
        for name in given:
            if not isinstance(name, str) or name not in self.parameters:
                text = name if isinstance(name, str) else show(name)
                self.fault(text, f"the plan has no parameter {text[:60]!r}.{near(text, self.parameters)}")
        for name, entry in self.parameters.items():
            if name in given:
                self._take_one(entry, given[name])
            elif entry["required"]:
                about = f" ({entry['doc'].splitlines()[0]})" if entry["doc"] else ""
                self.fault(name, f"is missing{about}. Give {_what(entry)}.")

    def _take_one(self, entry: Mapping[str, Any], value: Any) -> None:
        name = entry["name"]
        if entry["type"] == "group":
            groups = self._groups(entry, value)
            if groups is not None:
                self.values[name] = groups
            return
        try:
            self.values[name] = check_value(entry, value, self.devices)
        except MisfitError as misfit:
            self.fault(name, str(misfit))

    def _groups(self, entry: Mapping[str, Any], value: Any) -> list[list[Any]] | None:
        name, members = entry["name"], entry["repeat"]
        if not isinstance(value, list | tuple) or (not value and entry["required"]):
            self.fault(name, f"{show(value)} is not a list of groups. Give {_what(entry)}.")
            return None
        if len(value) > MAX_GROUPS:
            self.fault(name, f"{len(value)} groups are too many. Give {MAX_GROUPS} or fewer.")
            return None
        before = len(self.faults.get(name, ()))
        groups = [self._group(name, members, n, group) for n, group in enumerate(value, 1)]
        return groups if len(self.faults.get(name, ())) == before else None

    def _group(self, name: str, members: Sequence[Mapping[str, Any]], n: int, group: Any) -> list[Any]:
        names = [member["name"] for member in members]
        if isinstance(group, Mapping):
            if set(group) != set(names):
                self.fault(name, f"group {n}: give exactly {', '.join(names)}.")
                return []
            group = [group[member] for member in names]
        elif len(members) == 1 and not (isinstance(group, list | tuple) and len(group) == 1):
            group = [group]
        if not isinstance(group, list | tuple) or len(group) != len(members):
            self.fault(name, f"group {n} is {show(group)}. Give [{', '.join(names)}].")
            return []
        checked = []
        for member, value in zip(members, group, strict=True):
            try:
                checked.append(check_value(member, value, self.devices))
            except MisfitError as misfit:
                self.fault(name, f"group {n}, {member['name']}: {misfit}")
        return checked

    def check_positions(self) -> None:
        """Check positions against the limits of the devices they are for."""
        for name, entry in self.parameters.items():
            if name not in self.values:
                continue
            if entry["type"] == "group":
                self._check_groups(entry)
            elif entry["axis"]:
                self._check_position(name, "", entry, self.values[name], self.values.get(entry["axis"]))

    def _check_groups(self, entry: Mapping[str, Any]) -> None:
        members = entry["repeat"]
        seen: set[str] = set()
        for n, group in enumerate(self.values[entry["name"]], 1):
            by_name = dict(zip((member["name"] for member in members), group, strict=True))
            for member in members:
                value = by_name[member["name"]]
                where = f"group {n}, {member['name']}: "
                if member["axis"]:
                    axis = by_name.get(member["axis"])
                    self._check_position(entry["name"], where, member, value, axis)
                elif member["type"] == "device" and member["protocol"] == "Movable":
                    if value in seen:
                        self.fault(entry["name"], f"{where}{value} is given before. Give each motor once.")
                    seen.add(value)

    def _check_position(self, name: str, where: str, spec: Mapping[str, Any], value: Any, axis: Any) -> None:
        device = device_named(axis, self.devices) if isinstance(axis, str) else None
        limits = limits_of(device) if device is not None else None
        if device is None or limits is None:
            return
        for position in value if isinstance(value, list) else [value]:
            fault = _position_fault(axis, device.get("units"), limits, spec, position)
            if fault:
                self.fault(name, where + fault)
                return

    def count_points(self) -> int | None:
        """Give the number of points that the parameters ask for, and check it against what is allowed."""
        factors: list[int] = []
        for name, entry in self.parameters.items():
            value = self.values.get(name)
            if value is None:
                continue
            if entry["points"] and isinstance(value, int):
                factors.append(value)
            elif entry["type"] == "group":
                factors += self._points_of_groups(entry, value)
        points = 1
        for factor in factors:
            points *= factor
        if factors and points > MAX_POINTS:
            counted = next(
                (
                    name
                    for name, entry in self.parameters.items()
                    if entry["type"] == "group" or entry["points"]
                ),
                "parameters",
            )
            self.fault(counted, f"{show(points)} points are too many. Ask for {MAX_POINTS} or fewer.")
        return points if factors else None

    def _points_of_groups(self, entry: Mapping[str, Any], groups: Sequence[Sequence[Any]]) -> list[int]:
        counts = [
            value if member["points"] else len(value)
            for group in groups
            for member, value in zip(entry["repeat"], group, strict=True)
            if member["points"] or (member["type"] == "array" and member["axis"])
        ]
        if entry["product"] or not counts:
            return counts
        if len(set(counts)) > 1:
            lengths = ", ".join(map(str, counts))
            self.fault(entry["name"], f"the lists have {lengths} values. Give lists of one length.")
        return counts[:1]

    def used_devices(self) -> Iterator[str]:
        """Give the names of all devices among the values."""
        for name, value in self.values.items():
            yield from _device_names(self.parameters[name], value, self.devices)


def _device_names(spec: Mapping[str, Any], value: Any, devices: Mapping[str, Any]) -> Iterator[str]:
    if spec["type"] == "group":
        for group in value:
            for member, item in zip(spec["repeat"], group, strict=True):
                yield from _device_names(member, item, devices)
        return
    kinds = {alternative["type"] for alternative in (spec, *spec.get("also", []))}
    names_devices = spec.get("names_devices") or (spec.get("items") or {}).get("names_devices")
    if not (kinds & {"device", "devices"} or names_devices):
        return
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, str) and device_named(item, devices) is not None:
            yield item


def _position_fault(
    axis: str, units: Any, limits: tuple[float, float], spec: Mapping[str, Any], number: Any
) -> str:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return ""
    low, high = limits
    try:
        position = 10.0**number if spec["exponent"] else number
    except OverflowError:
        return f"10 to the power of {show(number)} is too large. Give a smaller exponent."
    unit = str(units) if units else None
    given = show(number) if not spec["exponent"] else f"10^{show(number)} = {show(position)}"
    if spec["relative"]:
        span = high - low
        if abs(position) <= span:
            return ""
        return f"{axis} has room for {with_units(span, unit)} in all, but {given} is asked for. Give less."
    if low <= position <= high:
        return ""
    return (
        f"{given} is outside the limits of {axis}, which are {with_units(low, None)} to "
        f"{with_units(high, unit)}. Give a position within them."
    )


def _what(entry: Mapping[str, Any]) -> str:
    if entry["type"] == "group":
        names = ", ".join(member["name"] for member in entry["repeat"])
        return f"a list of groups [[{names}], ...]"
    return _WHAT.get(entry["type"], "a value")


_WHAT = {
    "device": "the name of a device",
    "devices": "a list of names of devices",
    "number": "a number",
    "integer": "a whole number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "enum": "one of the choices",
}
