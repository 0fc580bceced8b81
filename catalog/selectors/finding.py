"""Pages of runs that match a query, with a bounded count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.models import Run
from catalog.queries import MAX_LIMIT, RunQuery
from catalog.selectors.conditions import condition
from catalog.selectors.cursors import Position, digest_of, read_cursor, write_cursor
from catalog.selectors.deadline import deadline
from catalog.selectors.orders import Order, order_of
from catalog.selectors.range_index import through_index
from catalog.selectors.runs import run_summary, visible_runs

COUNT_CAP = 10_000
"""Matches beyond this many are not counted."""

FEW = 500
"""So many matches are collected here; more are left in the database."""

_NOT_SHOWN = ("stop", "search_text", "words")


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs of an answer: their summaries, where the next page begins, how many match."""

    results: list[dict[str, Any]]
    next: str | None
    count: int
    is_capped: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """The runs that match, cut so that putting them in order is cheap, and how many they are."""

    rows: QuerySet[Run]
    count: int


def runs(actor: Actor, query: RunQuery) -> RunPage:
    """Give one page of the runs that `actor` may see and that match, newest first unless asked otherwise.

    Raises
    ------
    ForbiddenError
        The actor is a key without ``run:read``.
    InvalidError
        A value, the order or the cursor cannot be read.
    UnavailableError
        The search took longer than its deadline.
    """
    require_in_key(actor, Scope.RUN_READ)
    limit = max(1, min(query.limit, MAX_LIMIT))
    order = order_of(query.sort)
    wanted = condition(query)
    position = read_cursor(query.cursor, order.names) if query.cursor else None
    with deadline():
        found = matches(actor, query, wanted, position)
        page = _page(found.rows, order, position, limit + 1)
    return RunPage(
        results=[run_summary(row) for row in page[:limit]],
        next=_next(query, order, page[limit - 1], found.count) if len(page) > limit else None,
        count=min(found.count, COUNT_CAP),
        is_capped=found.count > COUNT_CAP,
    )


def matches(actor: Actor, query: RunQuery, wanted: Q, position: Position | None = None) -> Matches:
    """Count what matches up to the cap, and give it in a form that can be put in order.

    Told to give the newest matches at once, PostgreSQL may walk all runs along time to find one rare word. So
    what terms or rights select is collected through their own indexes first. When the collection is cut the
    matches are common, and the walk along time ends soon.
    """
    visible = visible_runs(actor)
    is_selective = bool(query.terms) or bool(visible.query.where)
    known = position.count if position is not None and position.asked == digest_of(query) else None
    found = _collected(visible.filter(wanted), through_index(query.terms), is_selective, known)
    return found if query.recent is None else _newest(found, query.recent)


def _collected(matching: QuerySet[Run], narrowed: Q, is_selective: bool, known: int | None) -> Matches:
    if known is not None and known > COUNT_CAP:
        return Matches(matching, known)
    if not is_selective:
        return Matches(matching, _count(matching) if known is None else known)
    collecting = matching.filter(narrowed)
    few = list(collecting.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return Matches(_rows().filter(pk__in=few), len(few))
    count = _count(collecting) if known is None else known
    if count > COUNT_CAP:
        return Matches(matching, count)
    return Matches(_rows().filter(pk__in=collecting.order_by().values("pk")[: COUNT_CAP + 1]), count)


def _newest(found: Matches, recent: int) -> Matches:
    """Cut matches to the newest, or to the one that stands so many places from the newest."""
    newest = found.rows.order_by("-time", "-pk").values_list("pk", flat=True)
    keys = list(newest[:recent] if recent > 0 else newest[-recent - 1 : -recent])
    return Matches(_rows().filter(pk__in=keys), len(keys))


def _rows() -> QuerySet[Run]:
    return Run.objects.select_related("beamline", "proposal")


def _count(matching: QuerySet[Run]) -> int:
    return matching.order_by().values("pk")[: COUNT_CAP + 1].count()


def _page(rows: QuerySet[Run], order: Order, position: Position | None, size: int) -> list[Run]:
    if position is not None:
        rows = rows.filter(order.after(position.values))
    rows = rows.annotate(**order.reckoned())
    return list(rows.order_by(*order.orderings()).defer(*_NOT_SHOWN)[:size])


def _next(query: RunQuery, order: Order, last: Run, count: int) -> str:
    return write_cursor(Position(order.names, order.values_of(last), count, digest_of(query)))
