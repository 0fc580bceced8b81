"""What a beamline allows of its devices, narrower than what they can do themselves.

The table `limits` of a manifest names devices and their parts::

    [limits]
    sx = [-2.0, 4.0]
    "det.exposure_s" = [0.01, 10.0]

The descriptions of the devices are narrowed by it, so that forms and submission know; the guard of an item
asks it again at each message, for what a plan computes itself.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from acquisition.plans.values import limits_of

Limits = Mapping[str, Sequence[float]]


class OutsideLimitsError(ValueError):
    """A plan asked for a value that this beamline does not allow."""


def narrowed(descriptions: Mapping[str, dict[str, Any]], limits: Limits) -> dict[str, dict[str, Any]]:
    """Give the descriptions of devices with the limits of the beamline in them.

    Examples
    --------
    >>> narrowed({"sx": {"limits": [-10, 3]}}, {"sx": [-2, 4]})
    {'sx': {'limits': [-2, 3]}}
    """
    found = dict(descriptions)
    for name, allowed in limits.items():
        first, *path = name.split(".")
        if first in found:
            found[first] = _narrow(found[first], path, allowed)
    return found


def _narrow(description: dict[str, Any], path: Sequence[str], allowed: Sequence[float]) -> dict[str, Any]:
    if path:
        parts = dict(description.get("components", {}))
        if path[0] in parts:
            parts[path[0]] = _narrow(parts[path[0]], path[1:], allowed)
        return {**description, "components": parts}
    low, high = allowed
    own = limits_of(description)
    if own is not None and max(own[0], low) < min(own[1], high):
        low, high = max(description["limits"][0], low), min(description["limits"][1], high)
    return {**description, "limits": [low, high]}


def check_message(msg: Any, limits: Limits) -> None:
    """Raise OutsideLimitsError when a message sets or configures something beyond the limits."""
    for name, value in wishes(msg):
        allowed = limits.get(name)
        if allowed is not None and not _is_within(value, allowed):
            low, high = allowed
            raise OutsideLimitsError(
                f"{name} may be {low:g} to {high:g} at this beamline (limits of its manifest), "
                f"and the plan asks for {value!r}; ask the beamline staff."
            )


def wishes(msg: Any) -> Iterator[tuple[str, Any]]:
    """Give dotted names and the values that a message wants for them."""
    if msg.obj is None:
        return
    if msg.command == "set" and msg.args:
        yield dotted(msg.obj), msg.args[0]
    elif msg.command == "configure":
        wanted = msg.args[0] if msg.args and isinstance(msg.args[0], Mapping) else {}
        name, prefix = dotted(msg.obj), f"{getattr(msg.obj, 'name', '')}_"
        for key, value in {**wanted, **msg.kwargs}.items():
            yield f"{name}.{str(key).removeprefix(prefix)}", value


def dotted(device: Any) -> str:
    """Give the name of a device, or of a part as ``device.part``."""
    names: list[str] = []
    for _ in range(32):
        parent = getattr(device, "parent", None)
        name = str(getattr(device, "name", "") or "")
        if parent is None:
            return ".".join([name, *reversed(names)])
        names.append(name.removeprefix(f"{getattr(parent, 'name', '')}_"))
        device = parent
    return ".".join(reversed(names))


def _is_within(value: Any, allowed: Sequence[float]) -> bool:
    """Tell whether a value is a number in the limits; what is no number cannot be told to be."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return math.isfinite(number) and allowed[0] <= number <= allowed[1]
