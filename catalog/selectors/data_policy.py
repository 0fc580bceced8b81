"""What holds for the data of a proposal: whose they are, how long they are kept, who else may read them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from accounts.actor import Actor
from accounts.selectors import proposal_numbered
from catalog.models import RetentionRule


def data_policy(actor: Actor, number: str) -> dict[str, Any]:
    """Give the policy of a proposal that `actor` may see; NotFoundError otherwise.

    Returns
    -------
    dict
        ``owner``; ``audience`` and ``embargo_until``; ``kept``: for each of its beamlines ``days`` after the
        stop (None: for good), ``with_assets``, and ``rule``: whose rule `apply_retention` goes by
        ("proposal", "beamline", "facility", or "none": nothing is deleted).
    """
    proposal = proposal_numbered(actor, number)
    places = list(proposal.beamlines.order_by("name"))
    rules = _rules(proposal.pk, [place.pk for place in places])
    owners = [place.data_owner for place in places if place.data_owner]
    return {
        "proposal": proposal.number,
        "owner": proposal.data_owner or ", ".join(dict.fromkeys(owners)),
        "audience": proposal.audience,
        "embargo_until": proposal.embargo_until,
        "kept": [{"beamline": place.name, **_kept(rules, place.pk)} for place in places],
    }


def _rules(proposal_id: int, beamlines: list[int]) -> dict[tuple[str, int | None], RetentionRule]:
    own = Q(proposal_id=proposal_id, beamline=None)
    here = Q(beamline_id__in=beamlines, proposal=None)
    found: dict[tuple[str, int | None], RetentionRule] = {}
    for rule in RetentionRule.objects.filter(own | here | Q(beamline=None, proposal=None)):
        kind = "proposal" if rule.proposal_id else "beamline" if rule.beamline_id else "facility"
        found[kind, rule.beamline_id] = rule
    return found


def _kept(rules: dict[tuple[str, int | None], RetentionRule], place: int) -> dict[str, Any]:
    """Give what the nearest rule says, in the order in which `apply_retention` looks."""
    for kind, key in (("proposal", None), ("beamline", place), ("facility", None)):
        rule = rules.get((kind, key))
        if rule is not None:
            return {"days": rule.days, "with_assets": rule.with_assets, "rule": kind}
    return {"days": None, "with_assets": False, "rule": "none"}
