"""What plans write into the start document."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from acquisition.plans.kinship import hinted_fields

PATTERN_MODULE = "bluesky.plan_patterns"
"""Where readers of start documents look the names of trajectories up; the field's, not ours."""


def check_detectors(detectors: Any) -> None:
    """Raise TypeError unless the detectors are a list or a tuple."""
    if not isinstance(detectors, Sequence) or isinstance(detectors, str):
        raise TypeError(f"detectors are given as a list, such as [det], and not as {detectors!r}")


def names(devices: Iterable[Any]) -> list[str]:
    """Give the names of devices."""
    return [device.name for device in devices]


def reprs(devices: Iterable[Any]) -> list[str]:
    """Give devices as text, as ``plan_args`` holds them."""
    return [repr(device) for device in devices]


def merged(own: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Put the metadata that was given over the plan's own; the hints are a copy, free to be added to."""
    md = {**own, **(given or {})}
    md["hints"] = dict(md.get("hints") or {})
    return md


def own_dimensions(motors: Iterable[Any]) -> list[tuple[list[str], str]] | None:
    """Give a dimension of its own for each motor; None if one of them has no hints."""
    dimensions = []
    for motor in motors:
        fields = (getattr(motor, "hints", None) or {}).get("fields")
        if fields is None:
            return None
        dimensions.append((fields, "primary"))
    return dimensions


def shared_dimension(motors: Iterable[Any]) -> dict[str, Any]:
    """Give the hints of motors that move together: one dimension; empty if none has a hinted field."""
    fields = [field for motor in motors for field in hinted_fields(motor)]
    return {"dimensions": [(fields, "primary")]} if fields else {}


def with_own_dimensions(md: dict[str, Any], motors: Iterable[Any]) -> dict[str, Any]:
    """Add a dimension for each motor to the hints, unless dimensions are there."""
    dimensions = own_dimensions(motors)
    if dimensions is not None:
        md["hints"].setdefault("dimensions", dimensions)
    return md


def streams_are_predeclared() -> bool:
    """Tell whether plans are to emit descriptors before the first event."""
    return bool(os.environ.get("BLUESKY_PREDECLARE", False))
