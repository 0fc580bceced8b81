"""Everything that writes groups and rules: by staff of the beamline, or by a facility administrator.

A group of the whole facility is kept by facility administrators; a beamline's rules may use it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import audit, selectors
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError, NotFoundError
from accounts.json_gate import check_text, is_text
from accounts.models import Beamline, BuiltInGroup, Group, Rule, RuleAct, RuleEffect, RuleKind, User
from accounts.rule_selectors import group_dict, group_named, rule_dict, rule_with

MAX_MEMBERS: Final = 1_000
MAX_RULES: Final = 1_000
RANGES: Final = frozenset({RuleKind.VALUE.value, RuleKind.PARAMETER.value, RuleKind.POINTS.value})
CHOICES: Final[Mapping[str, list[str]]] = {
    "kind": RuleKind.values,
    "effect": RuleEffect.values,
    "act": RuleAct.values,
}


@transaction.atomic
def create_group(
    *,
    actor: Actor,
    beamline: str,
    name: str,
    title: str = "",
    members: Iterable[str] = (),
    is_everywhere: bool = False,
) -> Group:
    """Add a group of people; audits ``group.created``.

    Parameters
    ----------
    is_everywhere
        A group of the whole facility, which facility administrators alone keep.
    """
    place = _place(actor, beamline, is_everywhere=is_everywhere)
    row = Group(name=name, title=title, beamline=None if is_everywhere else place)
    if name in BuiltInGroup.values:
        raise InvalidError(f"{name} is a built-in group.", fields={"name": ["built in: take another name"]})
    _keep(row, "group", name)
    row.members.set(_people(members))
    audit.record(
        actor=actor,
        action="group.created",
        object_kind="group",
        object_id=row.name,
        beamline=place.name,
        after=group_dict(row),
    )
    return row


@transaction.atomic
def change_group(
    *,
    actor: Actor,
    beamline: str,
    name: str,
    title: str | None = None,
    members: Iterable[str] | None = None,
    reason: str = "",
) -> Group:
    """Give a group another title or other members, in force at once; audits ``group.changed``."""
    row = _group_to_write(actor, beamline, name)
    before = group_dict(row)
    if title is not None:
        row.title = title
        _keep(row, "group", name)
    if members is not None:
        row.members.set(_people(members))
    audit.record(
        actor=actor,
        action="group.changed",
        object_kind="group",
        object_id=row.name,
        beamline=beamline,
        before=before,
        after=group_dict(row),
        reason=reason,
    )
    return row


@transaction.atomic
def remove_group(*, actor: Actor, beamline: str, name: str, reason: str = "") -> None:
    """Remove a group that no rule uses; audits ``group.removed``."""
    row = _group_to_write(actor, beamline, name)
    if row.rules.exists():
        raise ConflictError(f"Rules use the group {name}.", hint="Remove or change those rules first.")
    before = group_dict(row)
    row.delete()
    audit.record(
        actor=actor,
        action="group.removed",
        object_kind="group",
        object_id=name,
        beamline=beamline,
        before=before,
        reason=reason,
    )


@transaction.atomic
def add_rule(*, actor: Actor, beamline: str, reason: str = "", **asked: Any) -> Rule:
    """Add a rule, in force at the next request and soon for the item that runs; audits ``rule.added``.

    Parameters
    ----------
    asked
        ``group`` (a name, built in or not), ``kind``, ``pattern``, and as the kind wants it ``effect``,
        ``act``, ``minimum``, ``maximum``; ``proposal`` (a number) and ``note``.

    Raises
    ------
    InvalidError
        The rule says nothing that could be decided; ``fields`` says why.
    """
    place = _place(actor, beamline)
    if Rule.objects.filter(beamline=place).count() >= MAX_RULES:
        raise ConflictError(f"{beamline} has {MAX_RULES} rules already.", hint="Join some by patterns.")
    row = Rule(beamline=place)
    _write(actor, row, asked)
    audit_rule(actor, "rule.added", row, None, rule_dict(row), reason=reason)
    return row


@transaction.atomic
def change_rule(*, actor: Actor, beamline: str, uid: str, reason: str = "", **changes: Any) -> Rule:
    """Change a rule; audits ``rule.changed`` with the rule before and after. Raises as `add_rule`."""
    _place(actor, beamline)
    row = rule_with(beamline, uid, for_update=True)
    before = rule_dict(row)
    _write(actor, row, changes)
    audit_rule(actor, "rule.changed", row, before, rule_dict(row), reason=reason)
    return row


@transaction.atomic
def remove_rule(*, actor: Actor, beamline: str, uid: str, reason: str = "") -> None:
    """Remove a rule; audits ``rule.removed``."""
    _place(actor, beamline)
    row = rule_with(beamline, uid, for_update=True)
    before = rule_dict(row)
    row.delete()
    audit_rule(actor, "rule.removed", row, before, None, reason=reason)


def _place(actor: Actor, beamline: str, *, is_everywhere: bool = False) -> Beamline:
    place = selectors.beamline_named(actor, beamline)
    require(actor, Scope.ENVIRONMENT, beamline=beamline)
    if is_everywhere:
        require(actor, Scope.ACCOUNT_ADMIN)
    return place


def _group_to_write(actor: Actor, beamline: str, name: str) -> Group:
    _place(actor, beamline)
    row = group_named(beamline, name)
    if row.beamline_id is None:
        require(actor, Scope.ACCOUNT_ADMIN)
    return Group.objects.select_for_update().get(pk=row.pk)


def _people(names: Iterable[str]) -> list[User]:
    wanted = sorted(set(names))
    if len(wanted) > MAX_MEMBERS:
        raise InvalidError("Too many people.", fields={"members": [f"at most {MAX_MEMBERS}"]})
    for name in wanted:
        check_text(name, name="members")
    found = {user.username: user for user in User.objects.filter(username__in=wanted)}
    missing = [f"no account {name!r}" for name in wanted if name not in found]
    if missing:
        raise InvalidError("There is no such account.", fields={"members": missing})
    return list(found.values())


def _write(actor: Actor, row: Rule, asked: Mapping[str, Any]) -> None:
    """Put what is asked into a row, and keep it when it says something that can be decided."""
    for name, choices in CHOICES.items():
        if name in asked and asked[name] not in choices:
            raise _wrong(name, f"one of {', '.join(choices)}")
    if "group" in asked:
        _name_group(row, str(asked["group"]))
    if "proposal" in asked:
        number = asked["proposal"]
        row.proposal = selectors.proposal_numbered(actor, number) if number else None
    for name in ("kind", "effect", "act", "pattern", "minimum", "maximum", "note"):
        if name in asked:
            setattr(row, name, asked[name])
    check_rule(row)
    _keep(row, "rule", row.pattern)


def check_rule(row: Rule) -> None:
    """Raise InvalidError, with the field, unless a rule says something that can be decided."""
    if bool(row.group) == bool(row.built_in):
        raise _wrong("group", "one group that the rule is for, of your own or built in")
    if row.group and row.group.beamline_id not in (None, row.beamline_id):
        raise _wrong("group", "it is of another beamline")
    _check_pattern(row)
    _check_range(row)


def _name_group(row: Rule, name: str) -> None:
    is_built_in = name in BuiltInGroup.values
    row.built_in = name if is_built_in else ""
    try:
        row.group = None if is_built_in else group_named(row.beamline.name, name)
    except NotFoundError as error:
        raise _wrong("group", f"no group {name!r}; built in are {', '.join(BuiltInGroup.values)}") from error


def _check_pattern(row: Rule) -> None:
    parts = row.pattern.split(".")
    if not is_text(row.pattern) or not all(parts) or any(part != part.strip() for part in parts):
        raise _wrong("pattern", "a name or pattern such as scan, *_scan, sx, camera.cam, count.num")
    if row.kind in (RuleKind.PLAN, RuleKind.POINTS) and len(parts) > 1:
        raise _wrong("pattern", "the name of a plan has no dots")
    if row.kind == RuleKind.PARAMETER and len(parts) < 2:
        raise _wrong("pattern", "plan and parameter, as in count.num or *.exposure_s")


def _check_range(row: Rule) -> None:
    ends = [end for end in (row.minimum, row.maximum) if end is not None]
    if not all(math.isfinite(end) for end in ends):
        raise _wrong("minimum", "a finite number")
    if row.kind not in RANGES and ends:
        raise _wrong("minimum", f"a rule about a {row.kind} has no range")
    if row.kind in RANGES and not ends:
        raise _wrong("maximum", "give minimum, maximum or both")
    if len(ends) == 2 and ends[0] > ends[1]:
        raise _wrong("maximum", f"not below the minimum, which is {ends[0]:g}")


def _keep(row: Group | Rule, what: str, name: str) -> None:
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if isinstance(value, str):
            check_text(value, name=column.name)
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise InvalidError(f"{name!r} cannot be a {what}.", fields=error.message_dict) from error
    except IntegrityError as error:
        raise ConflictError(f"There is a {what} {name!r} already.") from error


def _wrong(name: str, text: str) -> InvalidError:
    return InvalidError(f"{name}: {text}.", fields={name: [text]})


def audit_rule(actor: Actor, action: str, row: Rule, before: Any, after: Any, *, reason: str = "") -> None:
    """Write a change of a rule into the audit log."""
    audit.record(
        actor=actor,
        action=action,
        object_kind="rule",
        object_id=str(row.uid),
        beamline=row.beamline.name,
        proposal=row.proposal.number if row.proposal else "",
        before=before,
        after=after,
        reason=reason,
    )
