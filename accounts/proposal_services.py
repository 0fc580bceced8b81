"""What the user office changes of a proposal: facts, beamlines, and for whom its data are published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit, selectors
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import InvalidError
from accounts.json_gate import check_text
from accounts.models import Audience, Proposal
from accounts.services import check_dates

FACTS: Final = ("title", "starts_at", "ends_at", "data_owner", "is_closed", "external_id")
PUBLICATION: Final = ("audience", "embargo_until")


@transaction.atomic
def change_proposal(
    *, actor: Actor, number: str, reason: str = "", beamlines: Sequence[str] | None = None, **changes: Any
) -> Proposal:
    """Change facts of a proposal, in force at the next question; audits ``proposal.changed``.

    Parameters
    ----------
    beamlines
        All that it has time on, given whole.
    changes
        Of `FACTS`; what is not named stays.
    """
    row = _proposal_to_write(actor, number)
    before = proposal_dict(row)
    _write(row, FACTS, changes)
    if beamlines is not None:
        row.beamlines.set(selectors.beamline_named(actor, name) for name in beamlines)
    _audit(actor, "proposal.changed", row, before, proposal_dict(row), reason)
    return row


@transaction.atomic
def set_publication(
    *, actor: Actor, number: str, reason: str = "", audience: str = "", **embargo: Any
) -> Proposal:
    """Say who besides its people may read a proposal's data, and from when; audits ``proposal.published``.

    Parameters
    ----------
    audience
        ``""``: nobody else. ``"signed_in"``: everybody with an account. ``"everyone"``: also without one.
    embargo
        ``embargo_until``: until then its own people and staff only, whatever the audience.
    """
    row = _proposal_to_write(actor, number)
    before = publication_dict(row)
    _write(row, PUBLICATION, {"audience": audience, **embargo})
    _audit(actor, "proposal.published", row, before, publication_dict(row), reason)
    return row


def proposal_dict(row: Proposal) -> dict[str, Any]:
    """Give the facts of a proposal that can be changed, as JSON-able values."""
    return {
        **{name: getattr(row, name) for name in FACTS},
        "beamlines": sorted(row.beamlines.values_list("name", flat=True)),
    }


def publication_dict(row: Proposal) -> dict[str, Any]:
    """Give for whom the data are published, and until when they are not."""
    return {"audience": row.audience, "embargo_until": row.embargo_until}


def _proposal_to_write(actor: Actor, number: str) -> Proposal:
    seen = selectors.proposal_numbered(actor, number)
    require(actor, Scope.ACCOUNT_ADMIN)
    return Proposal.objects.select_for_update().get(pk=seen.pk)


def _write(row: Proposal, allowed: Sequence[str], changes: dict[str, Any]) -> None:
    for name in allowed:
        if name in changes:
            setattr(row, name, changes[name])
    check_dates(row)
    if row.audience not in Audience.values:
        raise InvalidError(
            "There is no such audience.", fields={"audience": ["'', 'signed_in' or 'everyone'"]}
        )
    row.external_id = row.external_id or None
    for name in ("title", "data_owner"):
        check_text(getattr(row, name), name=name, max_length=300)
    try:
        row.full_clean(exclude=["number"])
    except ValidationError as error:
        raise InvalidError(f"Proposal {row.number} cannot be so.", fields=error.message_dict) from error
    row.save(update_fields=list(allowed))


def _audit(actor: Actor, action: str, row: Proposal, before: Any, after: Any, reason: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="proposal",
        object_id=row.number,
        proposal=row.number,
        before=before,
        after=after,
        reason=reason,
    )
