"""A beamline whose plans and devices are known, without a worker."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.selectors import beamline_named
from acquisition.plans.registry import PlanRegistry
from acquisition.queue.models import Environment
from tests.support.people import SYSTEM


def motor(low: float = -10.0, high: float = 10.0) -> dict[str, Any]:
    """Describe a motor as `describe_devices` does."""
    return {
        "class": "Motor",
        "title": "",
        "protocols": ["Readable", "Movable", "Locatable", "Stoppable"],
        "units": "mm",
        "limits": [low, high],
        "precision": 3,
        "readback": None,
        "components": {},
    }


def detector() -> dict[str, Any]:
    """Describe a point detector as `describe_devices` does."""
    return {**motor(), "class": "PointDetector", "protocols": ["Readable", "Triggerable"], "limits": None}


def make_known(beamline: str = "alpha") -> Environment:
    """Write an environment with the scans of the platform, one detector and two motors."""
    registry = PlanRegistry()
    registry.load(["acquisition.plans.scans"])
    return Environment.objects.create(
        beamline_id=beamline_named(SYSTEM, beamline).pk,
        plans=registry.descriptions(),
        modules=["acquisition.plans.scans"],
        devices={"det": detector(), "sx": motor(), "sy": motor()},
        opened_at=timezone.now(),
        fencing=1,
    )
