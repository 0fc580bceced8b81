"""What may be read of groups and rules: by those who may read the audit log of the beamline."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q

from accounts import selectors
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import NotFoundError
from accounts.json_gate import is_text
from accounts.models import BuiltInGroup, Group, Rule
from accounts.rules import Bound, fact_of, standing_of


def groups(actor: Actor, beamline: str) -> list[dict[str, Any]]:
    """Give the groups that the rules of a beamline may use: its own, the facility's, and those built in."""
    _require_reader(actor, beamline)
    rows = _groups_of(beamline).prefetch_related("members").select_related("beamline")
    built_in = [
        {"name": name, "title": str(title), "beamline": None, "is_built_in": True, "members": None}
        for name, title in BuiltInGroup.choices
    ]
    return [*built_in, *(group_dict(row) for row in rows)]


def rules(actor: Actor, beamline: str) -> list[dict[str, Any]]:
    """Give the rules of a beamline."""
    _require_reader(actor, beamline)
    rows = Rule.objects.filter(beamline__name=beamline)
    return [rule_dict(row) for row in rows.select_related("group", "proposal", "beamline")]


def standing(actor: Actor, beamline: str, *, username: str, proposal: str = "") -> tuple[Actor, Bound]:
    """Give a person as an actor, and their groups, visits and rules at a beamline."""
    _require_reader(actor, beamline)
    person = selectors.actor_for_username(username)
    tenant = selectors.proposal_numbered(actor, proposal) if proposal else None
    return person, standing_of(person, beamline, proposal_id=tenant.pk if tenant else None)


def group_named(beamline: str, name: str) -> Group:
    """Give a group that the rules of a beamline may use; NotFoundError when there is none."""
    row = _groups_of(beamline).filter(name=name).first() if is_text(name) else None
    if row is None:
        raise NotFoundError(f"There is no group {name!r} at {beamline}.")
    return row


def rule_with(beamline: str, uid: str, *, for_update: bool = False) -> Rule:
    """Give one rule of a beamline; NotFoundError when there is none."""
    rows = Rule.objects.select_for_update(of=("self",)) if for_update else Rule.objects.all()
    try:
        found = rows.filter(beamline__name=beamline, uid=uuid.UUID(uid)).select_related(
            "group", "proposal", "beamline"
        )
    except ValueError as error:
        raise NotFoundError(f"There is no rule {uid!r} at {beamline}.") from error
    row = found.first()
    if row is None:
        raise NotFoundError(f"There is no rule {uid} at {beamline}.")
    return row


def group_dict(row: Group) -> dict[str, Any]:
    """Give a group as JSON."""
    return {
        "name": row.name,
        "title": row.title,
        "beamline": row.beamline.name if row.beamline else None,
        "is_built_in": False,
        "members": sorted(user.username for user in row.members.all()),
    }


def rule_dict(row: Rule) -> dict[str, Any]:
    """Give a rule as JSON."""
    return {
        "uid": str(row.uid),
        "group": row.group.name if row.group else row.built_in,
        "proposal": row.proposal.number if row.proposal else None,
        "kind": row.kind,
        "effect": row.effect,
        "act": row.act,
        "pattern": row.pattern,
        "minimum": row.minimum,
        "maximum": row.maximum,
        "note": row.note,
        "text": fact_of(row).in_words(),
    }


def _groups_of(beamline: str) -> Any:
    return Group.objects.filter(Q(beamline__name=beamline) | Q(beamline__isnull=True))


def _require_reader(actor: Actor, beamline: str) -> None:
    selectors.beamline_named(actor, beamline)
    require(actor, Scope.AUDIT_READ, beamline=beamline)
