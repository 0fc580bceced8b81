"""What the rules say of one person at one beamline: facts, read in two queries at most.

The rules that bind somebody are those of the groups the person is in. Groups are rows; those of
`BuiltInGroup` go by roles. Staff of a beamline count as staff there, not among the people of a proposal, and
no rule binds a facility administrator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import (
    BuiltInGroup,
    Group,
    Membership,
    Proposal,
    Rule,
    RuleAct,
    RuleEffect,
    RuleKind,
    StaffAssignment,
    User,
)
from accounts.prepared import NUMBER, TEXT, Prepared
from accounts.visiting import with_own_visits

#: Of so many people the names are told with a refusal.
ASKED: Final = 5


@dataclass(frozen=True, slots=True)
class RuleFact:
    """One rule, as it is decided by.

    Parameters
    ----------
    group
        The group it is for, in words.
    kind, effect, act, pattern
        As in the row.
    low, high
        The range; infinite where it is open.
    proposal
        Number of the only proposal that it holds for; empty for all.
    """

    uid: str
    group: str
    kind: str
    pattern: str
    effect: str = RuleEffect.ALLOW.value
    act: str = RuleAct.MOVE.value
    low: float = float("-inf")
    high: float = float("inf")
    proposal: str = ""
    note: str = ""

    def in_words(self) -> str:
        """Give the rule as a sentence tells it.

        Examples
        --------
        >>> RuleFact("u", "group beginners", "plan", "count").in_words()
        'rule "allow plan count" of group beginners'
        """
        said = {
            RuleKind.PLAN.value: f"{self.effect} plan {self.pattern}",
            RuleKind.DEVICE.value: f"{self.effect} {self.act} {self.pattern}",
        }.get(self.kind, f"{self.kind} {self.pattern} {self.range_in_words()}")
        only = f", for proposal {self.proposal}" if self.proposal else ""
        why = f" ({self.note})" if self.note else ""
        return f'rule "{said}" of {self.group}{only}{why}'

    def range_in_words(self) -> str:
        """Give the range: from, to, or both."""
        if self.low == float("-inf"):
            return f"at most {self.high:g}"
        return f"at least {self.low:g}" if self.high == float("inf") else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's part in one proposal that has time on the beamline.

    Parameters
    ----------
    number
        Of the proposal.
    role
        For the visit that is on, else in the proposal.
    visit
        Number of the visit that is on, or of the next one; empty where the proposal has none.
    lacks_visit
        The proposal has visits here, none of them with this person.
    """

    proposal_id: int
    number: str
    role: str
    starts_at: datetime | None
    ends_at: datetime | None
    is_on: bool
    visit: str = ""
    lacks_visit: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """Who is bound at a beamline, and by what.

    Parameters
    ----------
    alternatives
        The rules that bind the person, one tuple for each proposal that they may act for; what one of them
        allows is allowed. One tuple where the proposal is known.
    staff
        Names of people to ask.
    groups
        The groups the person is in, in words, over all proposals.
    """

    alternatives: tuple[tuple[RuleFact, ...], ...] = ((),)
    staff: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    staff_role: str = ""
    is_facility_admin: bool = False
    visits: tuple[Visit, ...] = field(default_factory=tuple)


UNBOUND: Final = Bound()


def bound_by(actor: Actor, beamline: str, *, proposal_id: int | None = None) -> Bound:
    """Give the rules that bind `actor` at a beamline.

    One query where the beamline has no rules, which leaves everybody unbound; else one more.

    Parameters
    ----------
    proposal_id
        What the act is for; without, an act is allowed that one of the person's running proposals allows.
    """
    if actor.kind in ("system", "worker"):
        return UNBOUND
    rows = _rules_at(actor, beamline)
    return standing_of(actor, beamline, proposal_id=proposal_id, rows=rows) if rows else UNBOUND


def standing_of(
    actor: Actor, beamline: str, *, proposal_id: int | None = None, rows: Iterable[Rule] | None = None
) -> Bound:
    """Give the same with the groups and visits of the person, also where there are no rules."""
    rules = list(_rules_at(actor, beamline) if rows is None else rows)
    person = _person(actor, beamline)
    if person is None:
        return Bound(alternatives=(tuple(_facts(rules, {BuiltInGroup.EVERYONE.value}, None)),))
    visits = [_visit(told) for told in person["visits"]]
    named = {f"group {rule.group.name}" for rule in rules if rule.group and rule.is_mine}  # type: ignore[attr-defined]  # annotated
    roles = _alternatives(person, visits, proposal_id)
    found = {
        tuple(_facts(rules, built_in, proposal)): None
        for proposal, built_in in roles
        if not person["is_facility_admin"]
    }
    groups = sorted(named | {str(BuiltInGroup(name).label) for _, names in roles for name in names})
    return Bound(
        alternatives=tuple(found) or ((),),
        staff=tuple(person["asked"]),
        groups=tuple(groups),
        staff_role=person["staff_role"] or "",
        is_facility_admin=person["is_facility_admin"],
        visits=tuple(visits),
    )


def _rules_at(actor: Actor, beamline: str) -> list[Rule]:
    return _RULES.all(actor.account_pk, beamline)


def _rules_for(user_pk: int, beamline: str) -> QuerySet[Rule]:
    mine = Group.members.through.objects.filter(group_id=OuterRef("group_id"), user_id=user_pk)
    rows = Rule.objects.filter(beamline__name=beamline).annotate(is_mine=Exists(mine))
    return rows.select_related("group", "proposal").order_by("id")


_RULES: Final[Prepared[Rule]] = Prepared(_rules_for, NUMBER, TEXT)


def _person(actor: Actor, beamline: str) -> Mapping[str, Any] | None:
    """Give what is known of the person, their visits, and whom to ask, in one query."""
    here = StaffAssignment.objects.filter(beamline__name=beamline)
    own = here.filter(user_id=OuterRef("pk")).values("role")[:1]
    asked = here.filter(user__is_active=True).order_by("role", "user__username").values("user__username")
    rows = User.objects.filter(pk=actor.account_pk).annotate(
        staff_role=Subquery(own),
        asked=ArraySubquery(asked[:ASKED]),
        visits=ArraySubquery(_visits(actor, beamline)),
    )
    return rows.values("is_facility_admin", "staff_role", "asked", "visits").first()


def _visits(actor: Actor, beamline: str) -> QuerySet[Membership, Any]:
    here = Membership.objects.filter(user_id=OuterRef("pk"), proposal__beamlines__name=beamline)
    if actor.key_proposal_id is not None:
        here = here.filter(proposal_id=actor.key_proposal_id)
    here = with_own_visits(here, user="user_id", proposal="proposal_id", beamline=beamline)
    told = JSONObject(
        proposal_id="proposal_id",
        number="proposal__number",
        role="role",
        starts_at="proposal__starts_at",
        ends_at="proposal__ends_at",
        is_closed="proposal__is_closed",
        has_visits="has_visits",
        own_visits="own_visits",
    )
    return here.order_by("proposal__number").annotate(told=told).values("told")


def _visit(told: Mapping[str, Any]) -> Visit:
    now = timezone.now()
    dates = Proposal(**_dates(told), is_closed=told["is_closed"])
    is_running = dates.is_running_at(now)
    known = Visit(
        told["proposal_id"], told["number"], told["role"], dates.starts_at, dates.ends_at, is_on=is_running
    )
    if not told["has_visits"]:
        return known
    own = [{**visit, **_dates(visit)} for visit in told["own_visits"]]
    current = [visit for visit in own if visit["ends_at"] > now]
    if not current:
        return replace(known, is_on=False, lacks_visit=True)
    first = current[0]
    is_on = first["starts_at"] <= now
    return replace(
        known,
        role=first["role"] if is_on else known.role,
        starts_at=first["starts_at"],
        ends_at=first["ends_at"],
        is_on=is_on and is_running,
        visit=first["number"],
    )


def _dates(told: Mapping[str, Any]) -> dict[str, datetime | None]:
    return {
        name: datetime.fromisoformat(told[name]) if told[name] else None for name in ("starts_at", "ends_at")
    }


def _alternatives(
    person: Mapping[str, Any], visits: Iterable[Visit], proposal_id: int | None
) -> list[tuple[int | None, set[str]]]:
    """Give each proposal that the person may act for, with the built-in groups that this puts them in."""
    everyone = BuiltInGroup.EVERYONE.value
    if person["staff_role"]:
        return [(proposal_id, {everyone, BuiltInGroup.STAFF.value, person["staff_role"]})]
    found: list[tuple[int | None, set[str]]] = [
        (visit.proposal_id, {everyone, BuiltInGroup.MEMBERS.value, visit.role})
        for visit in visits
        if visit.proposal_id == proposal_id or (proposal_id is None and visit.is_on)
    ]
    return found or [(proposal_id, {everyone})]


def _facts(rules: Iterable[Rule], built_in: set[str], proposal_id: int | None) -> Iterable[RuleFact]:
    for rule in rules:
        is_for = rule.is_mine if rule.group_id else rule.built_in in built_in  # type: ignore[attr-defined]  # annotated
        if is_for and rule.proposal_id in (None, proposal_id):
            yield fact_of(rule)


def fact_of(rule: Rule) -> RuleFact:
    """Give a row as it is decided by; its group and proposal are joined."""
    group = f"group {rule.group.name}" if rule.group else str(BuiltInGroup(rule.built_in).label)
    return RuleFact(
        uid=str(rule.uid),
        group=group,
        kind=rule.kind,
        pattern=rule.pattern,
        effect=rule.effect,
        act=rule.act,
        low=float("-inf") if rule.minimum is None else rule.minimum,
        high=float("inf") if rule.maximum is None else rule.maximum,
        proposal=rule.proposal.number if rule.proposal else "",
        note=rule.note,
    )
