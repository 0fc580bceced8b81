"""Move, read and stop a device outside plans: a row that the worker carries out, and its answer."""

from typing import Any, Final

from django.db import transaction

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError, NotFoundError
from accounts.selectors import beamline_named
from acquisition.plans.values import MisfitError, check_value, device_named
from acquisition.queue.control import check_control
from acquisition.queue.models import ControlCommand
from acquisition.queue.permits import Permit, permit_of
from acquisition.queue.services.engine_actions import notify_worker
from acquisition.queue.status import status_of
from acquisition.queue.validation import environment_of

SCOPES: Final = {"read": Scope.DEVICE_READ, "move": Scope.DEVICE_MOVE, "halt_move": Scope.ENGINE_STOP}
MAX_TEXT: Final = 1_000


def request_device_action(
    *,
    actor: Actor,
    beamline: str,
    device: str,
    action: str,
    value: Any = None,
    relative: bool = False,
    parts: bool = False,
    reason: str = "",
) -> ControlCommand:
    """Ask the worker to read, move or stop one device; audits ``device.<action>`` of what is no reading.

    Parameters
    ----------
    device
        Its name, with dots for a part.
    value
        Where to, in the device's own units; with `relative` by how much.
    parts
        Read the parts of the device as well.

    Raises
    ------
    InvalidError
        The value does not fit the device: its type, its limits, its choices.
    NotPermittedError
        A rule of the beamline forbids the device or the value to this person.
    ConflictError
        Nobody serves the beamline, or (move) somebody else has it in hand.
    """
    place = beamline_named(actor, beamline)
    require(actor, SCOPES[action], beamline=beamline)
    described = device_named(device, environment_of(beamline).devices)
    if described is None:
        raise NotFoundError(f"There is no device {device!r} at {beamline}.")
    _check_permit(permit_of(actor, beamline), device, action, value, relative)
    if action == "move":
        _check_target(device, described, value, relative)
    if status_of(beamline)["worker"] != "ready":
        raise ConflictError(f"The environment of {beamline} is not open.", code="not_open")
    with transaction.atomic():
        if action == "move":
            check_control(actor, place.pk, beamline)
        command = ControlCommand.objects.create(
            beamline_id=place.pk,
            action=action,
            device=device,
            payload=_payload(action, value, relative=relative, parts=parts),
            reason=reason,
            requested_by=actor.username,
        )
        if action != "read":
            audit.record(
                actor=actor,
                action=f"device.{action}",
                object_kind="device",
                object_id=device,
                beamline=beamline,
                after=command.payload,
                reason=reason,
            )
        notify_worker(beamline)
    return command


def _payload(action: str, value: Any, *, relative: bool, parts: bool) -> dict[str, Any]:
    if action == "move":
        return {"value": value, "relative": relative}
    return {"parts": True} if action == "read" and parts else {}


def _check_permit(permit: Permit, device: str, action: str, value: Any, relative: bool) -> None:
    """Refuse what the rules do not let this person do; anybody who may stop may stop everything."""
    if action == "halt_move":
        return
    permit.check_device(device, action)
    if action == "move" and not relative:
        permit.check_value(device, value)


def _check_target(device: str, described: Any, value: Any, relative: bool) -> None:
    if "Movable" not in described.get("protocols", ()):
        raise InvalidError(f"{device} cannot be moved.", fields={"device": ["it is no positioner"]})
    limits, choices = described.get("limits"), described.get("choices")
    units = described.get("units") or ""
    if choices and not relative:
        if value not in choices and value not in range(len(choices)):
            raise _misfit(f"{device} takes one of {', '.join(map(str, choices))}")
        return
    if isinstance(value, str) and described.get("dtype") == "string" and not relative:
        if len(value) > MAX_TEXT:
            raise _misfit(f"{device} takes at most {MAX_TEXT} characters; {len(value)} are given")
        return
    try:
        number = check_value({"type": "number"}, value, {})
    except (MisfitError, KeyError) as error:
        raise _misfit(str(error)) from error
    if limits and not relative and not limits[0] <= number <= limits[1]:
        raise _misfit(f"{device} goes from {limits[0]:g} to {limits[1]:g} {units}; {number:g} is asked for")


def _misfit(text: str) -> InvalidError:
    return InvalidError(f"The target does not fit: {text}.", fields={"value": [text]})
