"""One item from its row to a plan: are its submitter's rights still there, which plan, which devices."""

import inspect
from typing import Any

from accounts.access import Scope, require
from accounts.errors import BeamportError
from accounts.selectors import actor_for_username
from acquisition.devices.code_folders import source_hash
from acquisition.plans.registry import UnknownPlanError, bind, resolve
from acquisition.queue.models import QueueItem
from acquisition.queue.permits import OPEN, NotPermittedError, Permit, permit_of
from acquisition.queue.sample_choice import sample_at_start
from acquisition.worker.environment import OpenBeamline


class ItemRefusedError(RuntimeError):
    """The item cannot be started; the message says why."""


def standing_of(item: QueueItem, beamline: str) -> tuple[frozenset[str], Permit]:
    """Give the submitter's scopes and what the rules let them do, here and now.

    Rights may have changed since the item was queued: a visit ended, a membership or an account was closed.

    Raises
    ------
    ItemRefusedError
        They do not allow the item any more.
    """
    try:
        submitter = actor_for_username(item.submitted_by)
        held = require(submitter, Scope.QUEUE_WRITE, beamline=beamline, proposal_id=item.proposal_id)
        return frozenset(held), permit_of(submitter, beamline, proposal_id=item.proposal_id)
    except BeamportError as error:
        raise ItemRefusedError(
            f"{item.submitted_by} may not run items of proposal {item.proposal.number} here any more: {error}"
        ) from error


def plan_of(item: QueueItem, beamline: OpenBeamline, permit: Permit = OPEN) -> tuple[Any, tuple[str, ...]]:
    """Give the plan ready to be run, and the names of the devices that it was given.

    Raises
    ------
    ItemRefusedError
        The plan is not known here, or the rules do not let the submitter run it so any more.
    ParameterError
        The parameters do not fit what the beamline has now.
    """
    description = beamline.plans.get(item.plan_name)
    if description is None:
        raise ItemRefusedError(f"there is no plan {item.plan_name!r} here any more")
    bound = bind(description, item.parameters, beamline.descriptions)
    try:
        permit.check_call(description, bound, beamline.descriptions, bound.points)
    except NotPermittedError as error:
        raise ItemRefusedError(str(error)) from error
    args, kwargs = resolve(description, bound, beamline.devices)
    return beamline.registry.plan(item.plan_name)(*args, **kwargs), tuple(bound.devices)


def metadata_of(item: QueueItem, beamline: str, opened: OpenBeamline) -> dict[str, Any]:
    """Give what the start documents of the item's runs hold; what the system knows wins.

    ``sample`` tells what the registry has of the sample that the item names (`queue.sample_choice`).

    ``versions`` tells the packages, the beamline's own code, and the hash of the source of the plan.
    """
    return {
        **item.metadata,
        **sample_at_start(item.metadata, item.proposal_id),
        "beamline": beamline,
        "proposal": item.proposal.number,
        "username": item.submitted_by,
        "item_uid": str(item.uid),
        "versions": {**opened.versions, "plan": plan_version(opened, item.plan_name)},
    }


def plan_version(opened: OpenBeamline, name: str) -> str:
    """Give the hash of the source of a plan; empty where it has none that can be read."""
    try:
        return source_hash(inspect.getsource(inspect.unwrap(opened.registry.plan(name))))
    except (OSError, TypeError, UnknownPlanError):
        return ""
