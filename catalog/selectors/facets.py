"""How often values occur."""

from __future__ import annotations

from collections import Counter
from typing import Any

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.queries import RunQuery
from catalog.selectors.conditions import condition
from catalog.selectors.deadline import deadline
from catalog.selectors.finding import COUNT_CAP, matches


def facets(actor: Actor, query: RunQuery) -> dict[str, Any]:
    """Give how often each plan, status, proposal and beamline occurs in the newest 10,000 matching runs."""
    require_in_key(actor, Scope.RUN_READ)
    wanted = condition(query)
    with deadline():
        found = matches(actor, query, wanted).rows.order_by("-time", "-pk")
        rows = list(
            found.values_list("plan_name", "exit_status", "proposal__number", "beamline__name")[
                : COUNT_CAP + 1
            ]
        )
    counted = rows[:COUNT_CAP]
    names = ("plan", "status", "proposal", "beamline")
    result: dict[str, Any] = {
        name: _ranked(Counter(row[place] for row in counted), empty="open" if name == "status" else None)
        for place, name in enumerate(names)
    }
    return {**result, "count": {"value": len(counted), "capped": len(rows) > COUNT_CAP}}


def _ranked(counts: Counter[str | None], empty: str | None) -> list[dict[str, Any]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return [{"value": value or empty, "count": count} for value, count in ranked[:200]]
