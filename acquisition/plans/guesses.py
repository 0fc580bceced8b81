"""
What a plan that says little of its parameters most likely means.

Plans of other packages, and quick ones by users, follow conventions of the field: ``motor, start, stop``,
``num``, ``exposure_time``, ``rel_`` in the name.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from acquisition.plans.annotations import MAX_POINTS
from acquisition.plans.docstrings import ParameterDoc, group_in
from acquisition.plans.hints import Spec

_KIND_IN_WORDS = (
    (re.compile(r"\bbool", re.I), Spec(type="boolean")),
    (re.compile(r"\bint(eger)?\b", re.I), Spec(type="integer")),
    (re.compile(r"\b(float|number|scalar|real)\b", re.I), Spec(type="number")),
    (re.compile(r"\bstr(ing)?\b", re.I), Spec(type="string")),
    (re.compile(r"\b(dict|mapping)\b", re.I), Spec(type="object")),
)
_FUNCTION = re.compile(r"\b(callable|function|generator|plan)\b", re.I)
_DEVICES_BY_NAME = (
    (re.compile(r"^(detectors|dets)$"), Spec(type="devices", protocol="Readable")),
    (re.compile(r"^(motors|axes)$"), Spec(type="devices", protocol="Movable")),
    (re.compile(r"^flyers$"), Spec(type="devices", protocol="Flyable")),
    (re.compile(r"^(.*_)?(motor|axis|positioner|stage)\d*$"), Spec(type="device", protocol="Movable")),
    (re.compile(r"^(.*_)?(det|detector)\d*$"), Spec(type="device", protocol="Readable")),
    (re.compile(r"^flyer\d*$"), Spec(type="device", protocol="Flyable")),
)
_BY_DEFAULT = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object"}
_TIME = re.compile(
    r"^(exposure|exposure_time|count_time|acquire_time|dwell|dwell_time|delay|period|duration)$"
)
_POINTS = re.compile(r"^(num|num_points|npoints|n_points|[xy]_num)$")
_POSITION = re.compile(r"^(?:(?P<axis>[a-z])_)?(start|stop|begin|end|position|pos|target|center|centre)$")
_LIST_OF_POSITIONS = re.compile(r"(list|lists|positions|points)$")


def spec_by_convention(name: str, default: Any, doc: ParameterDoc) -> Spec | None:
    """
    Guess what a parameter without a type hint is: by its name, its docstring, or its default.

    None for what the docstring calls a function or a plan.
    """
    if _FUNCTION.search(doc.kind) or name in {"per_step", "per_shot"}:
        return None
    for pattern, spec in _DEVICES_BY_NAME:
        if pattern.match(name):
            return Spec(**spec)
    for pattern, spec in _KIND_IN_WORDS:
        if pattern.search(doc.kind):
            return Spec(**spec)
    if type(default) in _BY_DEFAULT:
        return Spec(type=_BY_DEFAULT[type(default)])
    return Spec(type="object", names_devices=True)


def group_by_convention(plan: str, doc: ParameterDoc, element: Spec | None) -> Spec:
    """Guess what ``*args`` are made of: by the docstring, or by the hint of one element."""
    names = group_in(doc.text)
    if names:
        members = [_member(plan, name) for name in names]
        product = "grid" in plan or any(member.get("points") for member in members)
        return Spec(type="group", repeat=members, product=product, required=True)
    if element is None or element["type"] == "object":
        element = Spec(type="object", names_devices=True)
    if element["type"] == "devices":  # each of *detectors is one
        element = Spec(type="device", protocol=element["protocol"])
    return Spec(type="group", repeat=[{"name": "value", "doc": "", **element}], product=False)


def _member(plan: str, name: str) -> dict[str, Any]:
    member: dict[str, Any] = {"name": name, "doc": ""}
    if name == "motor":
        return {**member, "type": "device", "protocol": "Movable"}
    if _POINTS.match(name):
        return {**member, "type": "integer", "points": True, "minimum": 1, "maximum": MAX_POINTS}
    position = {"axis": "motor", "relative": is_relative(plan), "exponent": False}
    if _LIST_OF_POSITIONS.search(name):
        return {**member, "type": "array", "items": Spec(type="number"), **position}
    return {**member, "type": "number", **position}


def is_relative(plan: str) -> bool:
    """Tell whether a plan of this name counts positions from where the motors are."""
    return plan.startswith(("rel_", "relative_")) or plan == "x2x_scan"


def complete(plan: str, parameters: Sequence[dict[str, Any]]) -> None:
    """
    Add to parameters what their names imply: bounds and units of times, counts, positions.

    Parameters
    ----------
    plan : str
        Name of the plan.
    parameters : sequence of dict
        Changed in place; what a plan says itself stays.
    """
    motors = [entry["name"] for entry in parameters if _is_motor(entry)]
    groups = [entry for entry in parameters if entry["type"] == "group"]
    for entry in parameters:
        if _is_number(entry) and not _is_bounded(entry):
            _bound_by_name(entry)
        if entry["type"] == "number" and not entry.get("axis"):
            _tie_to_motor(plan, entry, motors)
        if entry["name"] == "num" and entry["default"] is None and groups and not entry["required"]:
            members = groups[0]["repeat"]
            ranges = any(member.get("axis") and member["type"] == "number" for member in members)
            entry["required"] = ranges and not groups[0]["product"]
            entry["nullable"] = not entry["required"]


def _is_motor(entry: Mapping[str, Any]) -> bool:
    return bool(entry["type"] == "device" and entry["protocol"] == "Movable")


def _is_number(entry: dict[str, Any]) -> bool:
    return entry["type"] in {"number", "integer"}


def _is_bounded(entry: dict[str, Any]) -> bool:
    return entry.get("minimum") is not None or entry.get("maximum") is not None


def _bound_by_name(entry: dict[str, Any]) -> None:
    if _TIME.match(entry["name"]):
        entry["minimum"] = 0
        entry["units"] = entry.get("units") or "s"
    elif _POINTS.match(entry["name"]):
        entry.update(minimum=1, maximum=MAX_POINTS, points=True)


def _tie_to_motor(plan: str, entry: dict[str, Any], motors: Sequence[str]) -> None:
    found = _POSITION.match(entry["name"])
    if found is None:
        return
    if found["axis"]:
        candidates = [motor for motor in motors if motor.startswith(f"{found['axis']}_")]
    else:
        candidates = list(motors)
    if len(candidates) == 1 or (candidates and plan == "x2x_scan"):
        exponent = "log_scan" in plan
        entry.update(axis=candidates[0], relative=is_relative(plan), exponent=exponent)
