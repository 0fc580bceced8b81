"""Pages of runs that match a query, with a bounded count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet, prefetch_related_objects
from psycopg2 import sql

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.models import Run
from catalog.queries import MAX_LIMIT, RunQuery
from catalog.selectors.conditions import condition
from catalog.selectors.cursors import Position, digest_of, read_cursor, write_cursor
from catalog.selectors.deadline import deadline
from catalog.selectors.orders import Order, order_of
from catalog.selectors.places import Places, is_of_places, number_of_runs, visible_places
from catalog.selectors.range_index import by_index
from catalog.selectors.runs import run_summary
from catalog.selectors.shown import shown

COUNT_CAP = 10_000
"""Matches beyond this many are not counted."""

_SHOWN = (
    *("uid", "scan_id", "plan_name", "time", "stop_time", "exit_status", "reason", "username", "num_events"),
    *("start", "beamline__name", "proposal__number"),
)


# More than are counted would be sent for nothing.
_FEW = sql.SQL(
    "SELECT count(*), CASE WHEN count(*) <= {cap} THEN array_agg(key) END,"
    " CASE WHEN count(*) <= {cap} THEN array_agg(time) END FROM ({rows}) AS found(key, time)"
)


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs of an answer: their summaries, where the next page begins, how many match."""

    results: list[dict[str, Any]]
    next: str | None
    count: int
    is_capped: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """The runs that match, in a form that can be put in order cheaply, and how many they are.

    ``newest`` has their times and keys, the newest first, where they are few enough to be collected;
    ``uncollected`` gives the runs else.
    """

    count: int
    uncollected: QuerySet[Run] | None = None
    newest: list[tuple[float, int]] | None = None

    def rows(self) -> QuerySet[Run]:
        """Give the runs, in no order."""
        if self.uncollected is not None:
            return self.uncollected
        return _rows().filter(pk__in=[pk for _, pk in self.newest or ()])


def runs(actor: Actor, query: RunQuery, *, show: Sequence[str] = ()) -> RunPage:
    """Give one page of the runs that `actor` may see and that match, newest first unless asked otherwise.

    Parameters
    ----------
    show
        Dotted keys of the metadata to give with each run as ``shown``, and ``tags``.

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
    position = read_cursor(query.cursor, order.names) if query.cursor else None
    wanted = condition(query)
    places = visible_places(actor, query)
    with deadline():
        if is_of_places(query) and places.are_few and order.is_latest and position is None:
            found = Matches(number_of_runs(places), places.latest(limit + 1))
        else:
            found = matches(places, query, wanted, position)
        page = _page(found, order, position, limit + 1)
        if "tags" in show:
            prefetch_related_objects(page, "tags")
    return RunPage(
        results=[
            {**run_summary(row), **({"shown": shown(row, show)} if show else {})} for row in page[:limit]
        ],
        next=_next(query, order, page[limit - 1], found.count) if len(page) > limit else None,
        count=min(found.count, COUNT_CAP),
        is_capped=found.count > COUNT_CAP,
    )


def matches(
    places: Places, query: RunQuery, wanted: Q, position: Position | None = None, *, is_counted: bool = True
) -> Matches:
    """Count what matches up to the cap, and give it in a form that can be put in order.

    Told to give the newest matches at once, PostgreSQL may walk all runs along time to find one rare word. So
    what terms or rights select is collected through their own indexes first. When the collection is cut the
    matches are common, and the walk along time ends soon.

    Parameters
    ----------
    places
        Those whose runs may be given, `visible_places` for the query.
    wanted
        The condition of `query`.
    position
        Where the page begins; it knows how many matched when the first page was given.
    is_counted
        Whether the count is needed where it does not come by itself; it is 0 then.
    """
    matching = places.runs().filter(wanted)
    known = position.count if position is not None and position.asked == digest_of(query) else None
    if known is not None and known > COUNT_CAP:
        found = Matches(known, matching)
    elif places.are_one_walk and not query.terms:
        count = known or 0
        if known is None and is_counted:
            count = number_of_runs(places) if is_of_places(query) else _count(matching)
        found = Matches(count, matching)
    else:
        found = _by_terms_and_rights(query, places, matching)
    return found if query.recent is None else _newest(found, query.recent)


def _by_terms_and_rights(query: RunQuery, places: Places, matching: QuerySet[Run]) -> Matches:
    if is_of_places(query) and not places.are_few:
        count = number_of_runs(places)
        if count > COUNT_CAP:
            return Matches(count, matching)
    indexed = by_index(query.terms)
    if indexed == query.terms:
        return _collected(matching, matching)
    return _collected(matching, places.runs().filter(condition(replace(query, terms=indexed))))


def _collected(matching: QuerySet[Run], narrow: QuerySet[Run]) -> Matches:
    """Collect up to the cap what `narrow` selects, which is what `matching` does in another way."""
    try:
        text, values = narrow.order_by().values_list("pk", "time")[: COUNT_CAP + 1].query.sql_with_params()
    except EmptyResultSet:
        return Matches(0, newest=[])
    with connection.cursor() as cursor:
        cursor.execute(_FEW.format(rows=sql.SQL(text), cap=sql.Literal(COUNT_CAP)), values)
        count, keys, times = cursor.fetchone()
    if count > COUNT_CAP:
        return Matches(count, matching)
    newest = sorted(zip(times or (), keys or (), strict=True), reverse=True)
    return Matches(count, newest=newest)


def _newest(found: Matches, recent: int) -> Matches:
    """Cut matches to the newest, or to the one that stands so many places from the newest."""
    wanted = slice(0, recent) if recent > 0 else slice(-recent - 1, -recent)
    if found.newest is not None:
        newest = found.newest[wanted]
    else:
        newest = list(found.rows().order_by("-time", "-pk").values_list("time", "pk")[wanted])
    return Matches(len(newest), newest=newest)


def _rows() -> QuerySet[Run]:
    return Run.objects.select_related("beamline", "proposal")


def _count(matching: QuerySet[Run]) -> int:
    return matching.order_by().values("pk")[: COUNT_CAP + 1].count()


def _page(found: Matches, order: Order, position: Position | None, size: int) -> list[Run]:
    if found.newest is not None and order.is_latest:
        keys = [one for one in found.newest if position is None or one < tuple(position.values)]
        rows = _rows().filter(pk__in=[pk for _, pk in keys[:size]])
    else:
        rows = found.rows()
        rows = rows if position is None else rows.filter(order.after(position.values))
    rows = rows.annotate(**order.reckoned())
    return list(rows.order_by(*order.orderings()).only(*_SHOWN)[:size])


def _next(query: RunQuery, order: Order, last: Run, count: int) -> str:
    return write_cursor(Position(order.names, order.values_of(last), count, digest_of(query)))
