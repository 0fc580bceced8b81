"""How many points and how long: foretold when an item is queued, within a bound of its own."""

import functools
import logging
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.cache import cache

from acquisition.devices.code_folders import forget_modules
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
            registry=registry_of(environment),
            positions=self._positions,
            max_messages=ITEM_MESSAGES,
            max_seconds=ITEM_S,
        )

    @functools.cached_property
    def _positions(self) -> dict[str, float]:
        return positions(self._beamline)


def registry_of(environment: Environment) -> PlanRegistry:
    """Give the beamline's plans, as far as their code is on this host.

    The code is read anew when its files are others than before and the worker, too, has opened the beamline
    since: what is foretold is what would run.
    """
    modules = tuple(environment.modules)
    with _locks.setdefault(modules, threading.Lock()):
        known = _loaded.get(modules)
        if known is None or known.opened_at != environment.opened_at:
            known = _loaded[modules] = _load(modules, environment.opened_at, known)
        return known.registry


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Plans that were loaded for an opening of the beamline, and how the files looked then."""

    registry: PlanRegistry
    opened_at: datetime | None
    files: Mapping[Path, tuple[int, int] | None]


def _load(modules: tuple[str, ...], opened_at: datetime | None, known: _Loaded | None) -> _Loaded:
    if known is not None:
        changed = [path for path, look in known.files.items() if _look_of(path) != look]
        if not changed and not known.registry.faults:
            return replace(known, opened_at=opened_at)
        forget_modules(changed)
    registry = PlanRegistry()
    registry.load(modules)
    loaded = (getattr(sys.modules.get(name), "__file__", None) for name in modules)
    return _Loaded(registry, opened_at, {Path(file): _look_of(Path(file)) for file in loaded if file})


def _look_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


#: One for each list of modules: code that takes long to import keeps no other beamline waiting.
_locks: dict[tuple[str, ...], threading.Lock] = {}
_loaded: dict[tuple[str, ...], _Loaded] = {}


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
