"""What an item would do, told without a device and without a worker."""

from typing import Any

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import InvalidError
from accounts.selectors import beamline_named
from acquisition.plans.registry import ParameterError, bind
from acquisition.queue.validation import environment_of, plan_description


def foretell(actor: Actor, beamline: str, *, plan: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Check the parameters and say how many points the plan takes with which devices.

    Raises
    ------
    InvalidError
        The plan or a parameter does not fit; ``fields`` says which and why.
    """
    beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    environment = environment_of(beamline)
    try:
        bound = bind(plan_description(environment, plan), parameters, environment.devices)
    except ParameterError as error:
        raise InvalidError(f"{plan} cannot run with these parameters.", fields=error.fields) from error
    return {"plan": plan, "points": bound.points, "devices": list(bound.devices), "problems": []}
