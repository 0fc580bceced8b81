"""What a set of rules says of one call of a plan: its devices, positions, other parameters and points."""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.rules import RuleFact
from acquisition.plans.registry import BoundParameters
from acquisition.plans.values import device_named
from acquisition.queue.rulings import MOVE, READ, Refusal, covers, device_refusal, is_within, value_refusal


@dataclass(frozen=True, slots=True)
class _Given:
    """One value that a plan was given, and what it is for."""

    name: str
    spec: Mapping[str, Any]
    value: Any
    axis: Any


def _given(description: Mapping[str, Any], bound: BoundParameters) -> Iterator[_Given]:
    """Give the values of a call, those in groups one by one; defaults that are numbers as if given."""
    for spec in description["parameters"]:
        name = spec["name"]
        value = bound.values.get(name, spec.get("default"))
        if spec["type"] != "group":
            yield _Given(name, spec, value, bound.values.get(spec.get("axis") or ""))
            continue
        members = [member["name"] for member in spec["repeat"]]
        for group in value or ():
            by_name = dict(zip(members, group, strict=True))
            for member in spec["repeat"]:
                axis = by_name.get(member.get("axis") or "")
                yield _Given(f"{name}.{member['name']}", member, by_name[member["name"]], axis)


def call_refusals(
    rules: tuple[RuleFact, ...],
    description: Mapping[str, Any],
    bound: BoundParameters,
    devices: Mapping[str, Any],
    points: int | None,
) -> Iterator[tuple[str, Refusal]]:
    """Give a field and a refusal for everything in a call that the rules do not allow."""
    for given in _given(description, bound):
        field_name = given.name.split(".")[0]
        refusal = (
            _used_refusal(rules, given, devices)
            or _position_refusal(rules, given, devices)
            or _range_refusal(rules, bound.plan, given)
        )
        if refusal is not None:
            yield field_name, refusal
    for rule in rules:
        is_over = rule.kind == "points" and points is not None and not rule.low <= points <= rule.high
        if is_over and fnmatch.fnmatchcase(bound.plan, rule.pattern):
            yield "points", Refusal(f"take {points} points with {bound.plan}", rule.in_words())


def _used_refusal(rules: Iterable[RuleFact], given: _Given, devices: Mapping[str, Any]) -> Refusal | None:
    kinds = {kind["type"] for kind in (given.spec, *given.spec.get("also", []))}
    named = given.spec.get("names_devices") or (given.spec.get("items") or {}).get("names_devices")
    if not (kinds & {"device", "devices"} or named):
        return None
    act = MOVE if given.spec.get("protocol") == "Movable" and "device" in kinds else READ
    for name in given.value if isinstance(given.value, list | tuple) else [given.value]:
        if isinstance(name, str) and device_named(name, devices) is not None:
            refusal = device_refusal(rules, name, act)
            if refusal is not None:
                return refusal
    return None


def _position_refusal(rules: Iterable[RuleFact], given: _Given, devices: Mapping[str, Any]) -> Refusal | None:
    """Check absolute positions; what is relative is seen by the guard, which knows where the motor is."""
    is_position = isinstance(given.axis, str) and not given.spec.get("relative")
    if not is_position or given.spec.get("type") == "device" or device_named(given.axis, devices) is None:
        return None
    for number in given.value if isinstance(given.value, list | tuple) else [given.value]:
        if isinstance(number, int | float) and not isinstance(number, bool):
            refusal = value_refusal(rules, given.axis, _position(given.spec, number))
            if refusal is not None:
                return refusal
    return None


def _position(spec: Mapping[str, Any], number: float) -> float:
    try:
        return 10.0**number if spec.get("exponent") else number
    except OverflowError:
        return float("inf")


def _range_refusal(rules: Iterable[RuleFact], plan: str, given: _Given) -> Refusal | None:
    dotted = f"{plan}.{given.name}"
    for rule in rules:
        if rule.kind != "parameter" or not covers(rule.pattern, dotted):
            continue
        for value in given.value if isinstance(given.value, list | tuple) else [given.value]:
            if value is not None and not is_within(value, rule):
                return Refusal(f"give {value!r} for {given.name} of {plan}", rule.in_words())
    return None
