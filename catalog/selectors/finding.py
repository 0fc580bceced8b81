"""Pages of runs that match a query, with a bounded count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.models import Run
from catalog.queries import MAX_LIMIT, RunQuery
from catalog.selectors.conditions import condition
from catalog.selectors.cursors import read_cursor, write_cursor
from catalog.selectors.deadline import deadline
from catalog.selectors.runs import run_summary, visible_runs

COUNT_CAP = 10_000
"""Matches beyond this many are not counted."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs of an answer: their summaries, where the next page begins, how many match."""

    results: list[dict[str, Any]]
    next: str | None
    count: int
    is_capped: bool


def runs(actor: Actor, query: RunQuery) -> RunPage:
    """Give one page of the runs that `actor` may see and that match, newest first unless asked otherwise.

    Raises
    ------
    ForbiddenError
        The actor is a key without ``run:read``.
    InvalidError
        A value or the cursor cannot be read.
    UnavailableError
        The search took longer than its deadline.
    """
    require_in_key(actor, Scope.RUN_READ)
    limit = max(1, min(query.limit, MAX_LIMIT))
    matching = visible_runs(actor).filter(condition(query))
    position = read_cursor(query.cursor, query.is_oldest_first) if query.cursor else None
    with deadline():
        count, rows = _collected(matching) if query.terms else (_count(matching), matching)
        if position is not None:
            rows = rows.filter(position.after())
        order = ("time", "pk") if query.is_oldest_first else ("-time", "-pk")
        found = list(rows.order_by(*order).defer("stop", "search_text", "words")[: limit + 1])
    has_more = len(found) > limit
    return RunPage(
        results=[run_summary(row) for row in found[:limit]],
        next=write_cursor(found[limit - 1], query.is_oldest_first) if has_more else None,
        count=min(count, COUNT_CAP),
        is_capped=count > COUNT_CAP,
    )


def facets(actor: Actor, query: RunQuery) -> dict[str, Any]:
    """Give how often each plan, status, proposal and beamline occurs in the newest 10,000 matching runs."""
    require_in_key(actor, Scope.RUN_READ)
    matching = visible_runs(actor).filter(condition(query)).order_by("-time", "-pk")
    with deadline():
        rows = list(
            matching.values_list("plan_name", "exit_status", "proposal__number", "beamline__name")[
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


def _count(rows: QuerySet[Run]) -> int:
    return rows.order_by().values("pk")[: COUNT_CAP + 1].count()


def _collected(matching: QuerySet[Run]) -> tuple[int, QuerySet[Run]]:
    """Collect the matches through the indexes of what is searched, before anything is put in order.

    Told to give the newest matches at once, PostgreSQL may walk all runs along time to find one rare word.
    When the collection is cut the matches are common, and the walk along time ends soon.
    """
    keys = list(matching.order_by().values_list("pk", flat=True)[: COUNT_CAP + 1])
    if len(keys) > COUNT_CAP:
        return len(keys), matching
    return len(keys), Run.objects.select_related("beamline", "proposal").filter(pk__in=keys)
