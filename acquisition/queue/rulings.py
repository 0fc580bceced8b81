"""What a set of rules says of a plan, a device, a value.

* A rule that forbids wins over every rule that allows.
* Under a rule that allows plans, those plans only may be run; the same for devices. Without one, all.
* A rule about a device holds for its parts too. Who may move may read.
* Every range that covers a value has to hold: the narrowest counts.
"""

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from accounts.rules import RuleFact

READ: Final = "read"
MOVE: Final = "move"


Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is refused and why."""

    what: str
    why: str


def covers(pattern: str, dotted: str) -> bool:
    """Tell whether a pattern names a device or something above it.

    Examples
    --------
    >>> covers("det.cam", "det.cam.x"), covers("det.cam", "det"), covers("*.cam", "eye.cam")
    (True, False, True)
    """
    parts, names = pattern.split("."), dotted.split(".")
    return len(parts) <= len(names) and all(map(fnmatch.fnmatchcase, names, parts))


def plan_refusal(rules: Iterable[RuleFact], name: str) -> Refusal | None:
    """Give why a plan may not be run; None when it may."""
    what = f"run the plan {name}"
    listed = [rule for rule in rules if rule.kind == "plan"]
    for rule in listed:
        if rule.effect == "forbid" and fnmatch.fnmatchcase(name, rule.pattern):
            return Refusal(what, rule.in_words())
    allowing = [rule for rule in listed if rule.effect == "allow"]
    if not allowing or any(fnmatch.fnmatchcase(name, rule.pattern) for rule in allowing):
        return None
    return Refusal(what, f"not among the plans allowed by {_told(allowing)}")


def device_refusal(rules: Iterable[RuleFact], dotted: str, act: str) -> Refusal | None:
    """Give why a device or part may not be read or moved; None when it may."""
    what = f"{act} the device {dotted}"
    listed = [rule for rule in rules if rule.kind == "device"]
    for rule in listed:
        if forbids(rule, dotted, act):
            return Refusal(what, rule.in_words())
    allowing = [rule for rule in listed if rule.effect == "allow"]
    if not allowing or any(covers(rule.pattern, dotted) and act in (READ, rule.act) for rule in allowing):
        return None
    return Refusal(what, f"not among the devices allowed by {_told(allowing)}")


def forbids(rule: RuleFact, dotted: str, act: str) -> bool:
    """Tell whether a rule forbids the act: who may not read may not move either."""
    is_named = rule.kind == "device" and rule.effect == "forbid" and covers(rule.pattern, dotted)
    return is_named and rule.act in (READ, act)


def _told(rules: list[RuleFact], most: int = 3) -> str:
    said = "; ".join(rule.in_words() for rule in rules[:most])
    return said if len(rules) <= most else f"{said} and {len(rules) - most} more"


def _ranges(rules: Iterable[RuleFact], dotted: str) -> Iterator[RuleFact]:
    """Give the ranges of exactly this device or part: a range of a whole says nothing of its parts."""
    for rule in rules:
        is_as_deep = rule.pattern.count(".") == dotted.count(".")
        if rule.kind == "value" and is_as_deep and covers(rule.pattern, dotted):
            yield rule


def value_refusal(rules: Iterable[RuleFact], dotted: str, value: Any) -> Refusal | None:
    """Give why a value may not be asked for; None when it may."""
    for rule in _ranges(rules, dotted):
        if not is_within(value, rule):
            return Refusal(f"set {dotted} to {value!r}", rule.in_words())
    return None


def narrowed(rules: Iterable[RuleFact], dotted: str, limits: Limits) -> Limits:
    """Give the limits of a device with every range of the rules in them."""
    low, high = limits
    for rule in _ranges(rules, dotted):
        low, high = max(low, rule.low), min(high, rule.high)
    return low, high


def is_within(value: Any, rule: RuleFact) -> bool:
    """Tell whether a value is a number in the range; what is no number cannot be told to be."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return rule.low <= number <= rule.high


def rules_about_plan(rules: Iterable[RuleFact], name: str) -> Iterator[RuleFact]:
    """Give the rules that name a plan, its parameters or its points."""
    for rule in rules:
        is_about = rule.kind in ("plan", "points", "parameter")
        if name and is_about and fnmatch.fnmatchcase(name, rule.pattern.split(".")[0]):
            yield rule


def rules_about_device(rules: Iterable[RuleFact], dotted: str) -> Iterator[RuleFact]:
    """Give the rules that name a device or something above it."""
    for rule in rules:
        if dotted and rule.kind in ("device", "value") and covers(rule.pattern, dotted):
            yield rule
