"""How many points and how long: foretold when an item is queued, within a bound of its own."""

import functools
import logging
import time
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache

from acquisition.plans.dry_run import DryRun
from acquisition.plans.registry import BoundParameters, ParameterError, PlanRegistry
from acquisition.plans.rehearsal import rehearse
from acquisition.queue.models import Environment

logger = logging.getLogger(__name__)

#: What one item may cost, and all items of one request together.
ITEM_S: Final = 0.1
REQUEST_S: Final = 0.5
ITEM_MESSAGES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was foretold; None where it was not, or could not be within the bound.

    Parameters
    ----------
    points
        Events of the primary stream.
    seconds
        From start to stop.
    """

    points: int | None = None
    seconds: float | None = None


class Estimator:
    """Foretells the items of one request.

    Parameters
    ----------
    beamline
        Whose motors stand where the status board saw them last.
    """

    def __init__(self, beamline: str) -> None:
        self._beamline = beamline
        self._left_s = REQUEST_S

    def estimate(self, environment: Environment, plan: str, bound: BoundParameters) -> Estimate:
        """Foretell one item; past the bound of the request only what the parameters alone tell."""
        if self._left_s <= 0:
            return Estimate(points=bound.points)
        began = time.monotonic()
        try:
            found = self._rehearsed(environment, plan, bound)
        except ParameterError:
            found = None  # said with the item's other faults when the dry run is asked for
        self._left_s -= time.monotonic() - began
        if found is None:
            return Estimate(points=bound.points)
        return Estimate(points=found.points, seconds=found.estimated_s)

    def _rehearsed(self, environment: Environment, plan: str, bound: BoundParameters) -> DryRun | None:
        return rehearse(
            environment.plans[plan],
            bound,
            environment.devices,
            registry=registry_of(tuple(environment.modules)),
            positions=self._positions,
            max_messages=ITEM_MESSAGES,
            max_seconds=ITEM_S,
        )

    @functools.cached_property
    def _positions(self) -> dict[str, float]:
        return positions(self._beamline)


@functools.lru_cache(maxsize=8)
def registry_of(modules: tuple[str, ...]) -> PlanRegistry:
    """Give the plans of these modules, as far as their code is on this host."""
    registry = PlanRegistry()
    registry.load(modules)
    return registry


def positions(beamline: str) -> dict[str, float]:
    """Give where the motors of the status board were seen last, in their own units; nothing without it."""
    try:
        board: dict[str, Any] = cache.get(f"pv:{beamline}") or {"values": {}}
    except Exception as error:  # noqa: BLE001  whatever the cache's client raises, an estimate can do without
        logger.debug("the status board cannot be read: %s", error)
        return {}
    return {
        name: float(entry["value"])
        for name, entry in board["values"].items()
        if isinstance(entry["value"], int | float) and not isinstance(entry["value"], bool)
    }
