"""Retention: how long runs are kept. Nothing is deleted but by a rule that staff made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import audit, selectors
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from catalog.models import RetentionRule, Run
from catalog.services.deletion import delete_run

KEEP_TAG = "keep"
"""Runs with this tag stay, whatever the rules say."""

MAX_DAYS = 36_500
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Expired:
    """A run that a rule says is to go."""

    uid: str
    beamline: str
    stop_time: float
    with_assets: bool
    days: int


@transaction.atomic
def set_rule(
    *,
    actor: Actor,
    days: int | None,
    beamline: str = "",
    proposal: str = "",
    with_assets: bool = False,
    note: str = "",
) -> RetentionRule:
    """Say how many days after their stop runs are kept; audits ``retention.set``.

    The rule of a proposal comes before that of a beamline, and that before the one of the facility (neither
    named). `days` None keeps for good. Runs with the tag ``keep`` stay always.

    Raises
    ------
    ForbiddenError
        The actor may not delete runs there (facility-wide, and for proposals: facility administrators).
    """
    place = _place(actor, beamline, proposal)
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InvalidError(fields={"days": [f"Write 1 to {MAX_DAYS} days, or null to keep for good."]})
    before = RetentionRule.objects.filter(beamline=place["beamline"], proposal=place["proposal"]).first()
    told = None if before is None else {"days": before.days, "with_assets": before.with_assets}
    rule, _ = RetentionRule.objects.update_or_create(
        **place,
        defaults={"days": days, "with_assets": with_assets, "note": note[:1000], "author": actor.username},
    )
    _audit(
        actor,
        "retention.set",
        beamline,
        proposal,
        before=told,
        after={"days": days, "with_assets": with_assets},
    )
    return rule


@transaction.atomic
def remove_rule(*, actor: Actor, uid: str) -> None:
    """Remove a rule; audits ``retention.removed``."""
    try:
        rule = _rules_seen(actor).select_related("beamline", "proposal").filter(uid=UUID(uid)).first()
    except ValueError:
        rule = None
    if rule is None:
        raise NotFoundError(f"There is no retention rule {uid[:80]!r}.")
    beamline = rule.beamline.name if rule.beamline else ""
    proposal = rule.proposal.number if rule.proposal else ""
    _place(actor, beamline, proposal)
    rule.delete()
    _audit(actor, "retention.removed", beamline, proposal, before={"days": rule.days}, after=None)


def _rules_seen(actor: Actor) -> QuerySet[RetentionRule]:
    """Give the rules of places that the actor may see: those of others are as if they were not there."""
    at_beamline = Q(beamline=None) | Q(beamline__in=selectors.beamlines(actor))
    of_proposal = Q(proposal=None) | Q(proposal__in=selectors.proposals(actor))
    return RetentionRule.objects.filter(at_beamline & of_proposal)


def apply_retention(
    *, actor: Actor, is_dry_run: bool = True, limit: int = 1000, now: float | None = None
) -> Sequence[Expired]:
    """Delete runs whose time is over, the oldest first; with `is_dry_run` only say which.

    Each deletion is its own transaction with its own audit entry (``run.deleted``).

    Raises
    ------
    ForbiddenError
        The actor is not the installation itself or a facility administrator.
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    expired = _expired(time.time() if now is None else now, max(0, min(limit, 10_000)))
    for run in [] if is_dry_run else expired:
        reason = f"retention: {run.days} days after its stop are over"
        delete_run(actor=actor, run_uid=run.uid, reason=reason, with_assets=run.with_assets)
    return expired


def _expired(now: float, limit: int) -> list[Expired]:
    rules = RetentionRule.objects
    ordered = {
        "proposal": rules.filter(proposal=OuterRef("proposal"), beamline=None),
        "beamline": rules.filter(beamline=OuterRef("beamline"), proposal=None),
        "facility": rules.filter(beamline=None, proposal=None),
    }
    rule = Coalesce(*(Subquery(found.values("pk")[:1]) for found in ordered.values()))
    shortest = rules.exclude(days=None).order_by("days").values_list("days", flat=True).first()
    if shortest is None:
        return []
    runs = Run.objects.filter(~Q(exit_status=""), stop_time__lt=now - shortest * _DAY_S)
    runs = runs.exclude(tags__name=KEEP_TAG).annotate(rule=rule).filter(rule__isnull=False)
    by_rule = {found.pk: found for found in rules.all()}
    due = []
    rows = runs.order_by("time", "id").values_list("uid", F("beamline__name"), "stop_time", "rule")
    for uid, beamline, stop_time, pk in rows.iterator(chunk_size=1000):
        days = by_rule[pk].days
        if days is not None and stop_time < now - days * _DAY_S:
            due.append(Expired(uid, beamline, stop_time, by_rule[pk].with_assets, days))
        if len(due) >= limit:
            break
    return due


def _place(actor: Actor, beamline: str, proposal: str) -> dict[str, Any]:
    """Give the rows that a rule names; only who may delete runs there passes."""
    if beamline and proposal:
        raise InvalidError(fields={"proposal": ["Name a beamline or a proposal, not both."]})
    if beamline:
        found = selectors.beamline_named(actor, beamline)
        require(actor, Scope.RUN_DELETE, beamline=beamline)
        return {"beamline": found, "proposal": None}
    require(actor, Scope.ACCOUNT_ADMIN)
    return {"beamline": None, "proposal": selectors.proposal_numbered(actor, proposal) if proposal else None}


def _audit(actor: Actor, action: str, beamline: str, proposal: str, *, before: Any, after: Any) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="retention",
        object_id=proposal or beamline or "facility",
        beamline=beamline,
        proposal=proposal,
        before=before,
        after=after,
    )
