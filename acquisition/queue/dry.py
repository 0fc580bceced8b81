"""What an item would do, told without a device and without a worker."""

from typing import Any, Final

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.selectors import beamline_named
from acquisition.plans.dry_run import dry_run
from acquisition.plans.registry import ParameterError, bind
from acquisition.plans.rehearsal import rehearse
from acquisition.queue.estimates import positions, registry_of
from acquisition.queue.permits import NotPermittedError, permit_of
from acquisition.queue.validation import environment_of, plan_description

#: What the parameters alone tell of a plan whose code is at the beamline only.
CODE_ELSEWHERE: Final = (
    "the parameters fit; the code of this plan is not on this host, so nothing more is foretold"
)


def foretell(actor: Actor, beamline: str, *, plan: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Check the parameters, then run through the plan with devices of paper, for a second at most.

    Motors begin where the status board saw them last. Of a plan whose code this process cannot load the
    parameters are checked, and the answer says that it was not run through.

    Raises
    ------
    InvalidError
        There is no such plan. Parameters that do not fit are an answer like another: ``is_refused``,
        and ``fields`` says which and why.
    """
    beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_WRITE, beamline=beamline)
    environment = environment_of(beamline)
    description = plan_description(environment, plan)
    try:
        bound = bind(description, parameters, environment.devices)
        found = rehearse(
            description,
            bound,
            environment.devices,
            registry=registry_of(environment),
            positions=positions(beamline),
        )
        permit_of(actor, beamline).check_call(
            description, bound, environment.devices, (found.points if found else None) or bound.points
        )
    except (ParameterError, NotPermittedError) as error:
        told = _not_run_through(f"{plan} cannot run with these parameters", points=None)
        return {**told, "plan": plan, "devices": [], "is_refused": True, "fields": error.fields}
    told = found.as_dict() if found is not None else _not_run_through(CODE_ELSEWHERE, points=bound.points)
    return {**told, "plan": plan, "devices": list(bound.devices), "is_refused": False, "fields": {}}


def _not_run_through(problem: str, *, points: int | None) -> dict[str, Any]:
    """Give the answer for a plan that was only looked at."""
    facts = {"points": points, "estimated_s": None, "problems": [problem], "is_complete": False}
    return {**dry_run(()).as_dict(), **facts}
