"""Run an item dry where there are no devices, and perhaps not the code of its plan: in the web process."""

from collections.abc import Mapping
from typing import Any

from acquisition.plans.binding import BoundParameters, bind
from acquisition.plans.dry_run import MAX_MESSAGES, MAX_SECONDS, DryRun, dry_run
from acquisition.plans.registry import PlanRegistry
from acquisition.plans.resolving import resolve
from acquisition.plans.stand_ins import stand_ins


def rehearse(
    description: Mapping[str, Any],
    parameters: BoundParameters | Mapping[str, Any],
    devices: Mapping[str, Mapping[str, Any]],
    *,
    registry: PlanRegistry,
    positions: Mapping[str, float] | None = None,
    max_messages: int = MAX_MESSAGES,
    max_seconds: float = MAX_SECONDS,
) -> DryRun | None:
    """
    Check the parameters of an item, and run its plan dry with devices of paper.

    Parameters
    ----------
    description : mapping
        Description of the plan as JSON.
    parameters : BoundParameters, or mapping
        What :func:`~acquisition.plans.binding.bind` accepted, or JSON values by parameter name.
    devices : mapping of str to mapping
        Descriptions of the devices by name.
    registry : PlanRegistry
        Where to find the plan.
    positions : mapping of str to float, optional
        Where motors are now.
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
    bound = parameters
    if not isinstance(bound, BoundParameters):
        bound = bind(description, bound, devices)
    if bound.plan not in registry:
        return None
    args, kwargs = resolve(description, bound, stand_ins(devices))
    func = registry.plan(bound.plan)
    return dry_run(
        lambda: func(*args, **kwargs),
        devices=devices,
        positions=positions,
        max_messages=max_messages,
        max_seconds=max_seconds,
    )
