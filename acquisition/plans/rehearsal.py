"""Run an item dry where there are no devices and no plan modules of users: in the web process."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from acquisition.plans.binding import bind
from acquisition.plans.dry_run import MAX_MESSAGES, MAX_SECONDS, DryRun, dry_run
from acquisition.plans.registry import PlanRegistry
from acquisition.plans.resolving import resolve
from acquisition.plans.stand_ins import stand_ins

OWN_PLANS = "acquisition.plans.scans"


def rehearse(
    description: Mapping[str, Any],
    parameters: Mapping[str, Any],
    devices: Mapping[str, Mapping[str, Any]],
    *,
    positions: Mapping[str, float] | None = None,
    registry: PlanRegistry | None = None,
    max_messages: int = MAX_MESSAGES,
    max_seconds: float = MAX_SECONDS,
) -> DryRun | None:
    """
    Check the parameters of an item, and run its plan dry with devices of paper.

    Parameters
    ----------
    description : mapping
        Description of the plan as JSON.
    parameters : mapping
        JSON values by parameter name.
    devices : mapping of str to mapping
        Descriptions of the devices by name.
    positions : mapping of str to float, optional
        Where motors are now.
    registry : PlanRegistry, optional
        Where to find the plan; the plans of this package unless given.
    max_messages, max_seconds
        As for :func:`~acquisition.plans.dry_run.dry_run`.

    Returns
    -------
    DryRun, or None if the code of the plan is not here

    Raises
    ------
    ParameterError
        If the parameters do not fit.
    """
    bound = bind(description, parameters, devices)
    name = str(description["name"])
    if registry is None:
        if not str(description.get("module", "")).startswith(f"{OWN_PLANS}."):
            return None
        registry = _own_registry()
    if name not in registry:
        return None
    args, kwargs = resolve(description, bound, stand_ins(devices))
    func = registry.plan(name)
    return dry_run(
        lambda: func(*args, **kwargs),
        devices=devices,
        positions=positions,
        max_messages=max_messages,
        max_seconds=max_seconds,
    )


@cache
def _own_registry() -> PlanRegistry:
    registry = PlanRegistry()
    registry.load([OWN_PLANS])
    return registry
