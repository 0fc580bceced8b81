"""What an item would do, told without a device and without a worker."""

import functools
from typing import Any

from django.core.cache import cache

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import InvalidError
from accounts.selectors import beamline_named
from acquisition.plans.dry_run import dry_run
from acquisition.plans.registry import ParameterError, PlanRegistry, bind, resolve
from acquisition.plans.stand_ins import stand_ins
from acquisition.queue.validation import environment_of, plan_description


def foretell(actor: Actor, beamline: str, *, plan: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Check the parameters, then run through the plan with devices of paper, for a second at most.

    Motors begin where the status board saw them last.

    Raises
    ------
    InvalidError
        The plan or a parameter does not fit; ``fields`` says which and why.
    """
    beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_WRITE, beamline=beamline)
    environment = environment_of(beamline)
    description = plan_description(environment, plan)
    try:
        bound = bind(description, parameters, environment.devices)
        args, kwargs = resolve(description, bound, stand_ins(environment.devices))
    except ParameterError as error:
        raise InvalidError(f"{plan} cannot run with these parameters.", fields=error.fields) from error
    function = _registry(tuple(environment.modules)).plan(plan)
    found = dry_run(
        lambda: function(*args, **kwargs), devices=environment.devices, positions=_positions(beamline)
    )
    return {**found.as_dict(), "plan": plan, "devices": list(bound.devices)}


@functools.lru_cache(maxsize=8)
def _registry(modules: tuple[str, ...]) -> PlanRegistry:
    registry = PlanRegistry()
    registry.load(modules)
    return registry


def _positions(beamline: str) -> dict[str, float]:
    board = cache.get(f"pv:{beamline}") or {"values": {}}
    return {
        name: float(entry["value"])
        for name, entry in board["values"].items()
        if isinstance(entry["value"], int | float) and not isinstance(entry["value"], bool)
    }
