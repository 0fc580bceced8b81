"""Why may this person run this plan or move this motor? Answered for staff, with the chain of reasons."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from accounts.access import Scope, scopes
from accounts.actor import Actor
from accounts.rule_selectors import standing
from accounts.rules import Bound, Visit
from acquisition.queue.permits import Permit
from acquisition.queue.rulings import MOVE, Refusal, rules_about_device, rules_about_plan
from acquisition.queue.selectors.writing import stamp


def why(
    actor: Actor,
    beamline: str,
    *,
    user: str,
    plan: str = "",
    device: str = "",
    act: str = MOVE,
    proposal: str = "",
) -> dict[str, Any]:
    """Give whether a person may run a plan, and read or move a device, and why.

    Parameters
    ----------
    proposal
        Number of the proposal that the act is for; without, any of the person's that run now.

    Returns
    -------
    dict
        ``is_allowed``; ``reasons``: sentences, from the role to the rule that decides; ``answers``: one for
        each of plan and device; ``groups``, ``visits``, ``scopes`` of the person, and ``ask``: whom to ask.
    """
    person, bound = standing(actor, beamline, username=user, proposal=proposal)
    permit = Permit(person.username, beamline, bound.alternatives, bound.staff)
    visits = [visit for visit in bound.visits if not proposal or visit.number == proposal]
    held = _scopes(person, beamline, proposal, visits)
    answers = []
    if plan:
        answers.append(_answer("plan", plan, "run", permit.plan_refusal(plan), Scope.QUEUE_WRITE in held))
    if device:
        needed = Scope.DEVICE_MOVE if act == MOVE else Scope.DEVICE_READ
        answers.append(_answer("device", device, act, permit.device_refusal(device, act), needed in held))
    return {
        "user": person.username,
        "beamline": beamline,
        "proposal": proposal or None,
        "is_allowed": all(answer["is_allowed"] for answer in answers),
        "reasons": list(_reasons(person, beamline, bound, visits, held, answers)),
        "rules": _rules_told(bound, plan, device),
        "answers": answers,
        "groups": list(bound.groups),
        "visits": [_visit(visit) for visit in visits],
        "scopes": sorted(held),
        "ask": list(bound.staff),
    }


def _scopes(person: Actor, beamline: str, proposal: str, visits: list[Visit]) -> frozenset[str]:
    if not proposal:
        return frozenset(scopes(person, beamline=beamline))
    known = next((visit.proposal_id for visit in visits), None)
    return frozenset(scopes(person, beamline=beamline, proposal_id=known))


def _answer(kind: str, name: str, act: str, refusal: Refusal | None, has_scope: bool) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "act": act,
        "is_allowed": has_scope and refusal is None,
        "has_scope": has_scope,
        "refused_by": refusal.why if refusal else None,
    }


def _reasons(
    person: Actor,
    beamline: str,
    bound: Bound,
    visits: list[Visit],
    held: frozenset[str],
    answers: list[dict[str, Any]],
) -> Iterator[str]:
    """Give the chain: role, dates of the visits, groups, and what decides each answer."""
    who = person.username
    if bound.is_facility_admin:
        yield f"{who} is a facility administrator, whom no rule binds"
    if bound.staff_role:
        yield f"{who} is {bound.staff_role.replace('_', ' ')} at {beamline}"
    for visit in visits:
        yield _part(who, visit)
    if not (bound.is_facility_admin or bound.staff_role or visits):
        yield f"{who} has no role at {beamline}"
    if bound.groups:
        yield f"{who} is in the groups: {', '.join(bound.groups)}"
    if not held:
        yield f"that gives {who} no scopes there now"
    for answer in answers:
        yield _decision(who, answer)


def _part(who: str, visit: Visit) -> str:
    role = f"{who} is {visit.role.replace('_', ' ')} of {visit.number}"
    if visit.lacks_visit:
        return f"{role}, which comes in visits: none with {who} is on or to come"
    during = f" in the visit {visit.visit}" if visit.visit else ""
    if visit.starts_at is None and visit.ends_at is None:
        return f"{role}{during}, which has no dates{'' if visit.is_on else ' and does not run now'}"
    dates = f"{_spoken(visit.starts_at)} to {_spoken(visit.ends_at)}"
    return f"{role}{during}, {dates}, which {'runs now' if visit.is_on else 'does not run now'}"


def _spoken(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else "any time"


def _decision(who: str, answer: dict[str, Any]) -> str:
    act = f"{answer['act']} the {answer['kind']} {answer['name']}"
    if not answer["has_scope"]:
        return f"{who} may not {act}: the scope for it is missing"
    if answer["refused_by"]:
        return f"{who} may not {act}: {answer['refused_by']}"
    return f"{who} may {act}: the scope is there and no rule refuses it"


def _rules_told(bound: Bound, plan: str, device: str) -> list[str]:
    """Give the rules that have a say in what is asked."""
    found: dict[str, str] = {}
    for rules in bound.alternatives:
        told = [*rules_about_plan(rules, plan), *rules_about_device(rules, device)]
        found |= {rule.uid: rule.in_words() for rule in told}
    return list(found.values())


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "proposal": visit.number,
        "role": visit.role,
        "starts_at": stamp(visit.starts_at),
        "ends_at": stamp(visit.ends_at),
        "is_on": visit.is_on,
        "visit": visit.visit or None,
    }
