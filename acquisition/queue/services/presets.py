"""Plans with parameters that people keep for later."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, ForbiddenError
from accounts.selectors import beamline_named, proposal_numbered
from acquisition.queue.models import Preset
from acquisition.queue.selectors import preset_named
from acquisition.queue.validation import check_call, environment_of

MAX_PRESETS = 500


def save_preset(
    *,
    actor: Actor,
    beamline: str,
    title: str,
    plan: str,
    parameters: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
    proposal: str | None = None,
) -> Preset:
    """Keep a plan with its parameters under a title; audits ``preset.save``.

    Parameters
    ----------
    proposal
        For all who are in it; None keeps it for the author alone.

    Raises
    ------
    ConflictError
        There is one of that title, or the author has too many.
    """
    place = beamline_named(actor, beamline)
    tenant = proposal_numbered(actor, proposal) if proposal else None
    require(actor, Scope.QUEUE_WRITE, beamline=beamline, proposal_id=tenant.pk if tenant else None)
    check_call(environment_of(beamline), plan, parameters, metadata or {})
    if Preset.objects.filter(beamline_id=place.pk, author=actor.username).count() >= MAX_PRESETS:
        raise ConflictError(f"You keep {MAX_PRESETS} presets here already; delete some first.")
    try:
        with transaction.atomic():
            row = Preset.objects.create(
                beamline_id=place.pk,
                proposal=tenant,
                author=actor.username,
                title=title,
                plan_name=plan,
                parameters=dict(parameters),
                metadata=dict(metadata or {}),
            )
            _audit(actor, "preset.save", beamline, row)
    except IntegrityError as error:
        raise ConflictError(
            f"You keep a preset {title!r} already.", hint="Choose another title or delete it.", code="exists"
        ) from error
    return row


def delete_preset(*, actor: Actor, beamline: str, uid: str) -> None:
    """Delete a preset of one's own, or as staff anybody's; audits ``preset.delete``."""
    row = preset_named(actor, beamline, uid)
    if row.author != actor.username:
        require(actor, Scope.ENVIRONMENT, beamline=beamline)
    elif actor.kind == "key":
        require(actor, Scope.QUEUE_WRITE, beamline=beamline, proposal_id=row.proposal_id)
    elif actor.kind != "person":
        raise ForbiddenError("Presets belong to people.")
    with transaction.atomic():
        _audit(actor, "preset.delete", beamline, row)
        row.delete()


def _audit(actor: Actor, action: str, beamline: str, row: Preset) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="preset",
        object_id=str(row.uid),
        beamline=beamline,
        proposal=row.proposal.number if row.proposal else "",
        after={"title": row.title, "plan": row.plan_name, "parameters": row.parameters},
    )
