"""Pages of runs in any order, exact counts and distinct values, for conditions on single keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DataError
from django.db.models import Count, F, OrderBy, Q, QuerySet

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from accounts.errors import InvalidError
from catalog.models import Run
from catalog.selectors.deadline import deadline
from catalog.selectors.metadata_conditions import (
    MetadataCondition,
    column_of,
    matching,
    value_at,
)
from catalog.selectors.runs import visible_runs

COUNT_CAP = 100_000
MAX_PAGE = 300
MAX_OFFSET = 2**31
MAX_DISTINCT = 1000

_COLLECTED = 10_000
_CURSOR = re.compile(r"(-?0x[01]\.[0-9a-f]{1,13}p[+-]\d{1,4})_(\d{1,18})\Z")


@dataclass(frozen=True, slots=True)
class Order:
    """One key of a sort: a path of the metadata, or nothing for the time of the run."""

    path: tuple[str, ...] = ()
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins and how long it is: a cursor of the page before, else an offset."""

    offset: int = 0
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Runs of a page; ``next`` is the page after, ``count`` the matches (100,000 at most are counted)."""

    rows: list[Run]
    next: Page | None
    count: int


def listed_runs(
    actor: Actor, conditions: Sequence[MetadataCondition], orders: Sequence[Order], page: Page
) -> Listing:
    """Give one page of the runs that `actor` may see and for which all conditions hold.

    Raises
    ------
    ForbiddenError
        The actor is a key without ``run:read``.
    InvalidError
        A condition, the order or the page cannot be read.
    UnavailableError
        The search took longer than its deadline.
    """
    require_in_key(actor, Scope.RUN_READ)
    limit = max(0, min(page.limit, MAX_PAGE))
    is_by_time = all(not order.path for order in orders[:1])
    is_descending = bool(orders) and orders[0].is_descending
    with _asked():
        rows = visible_runs(actor).filter(matching(conditions))
        rows, count = _collected(rows) if conditions else (rows, _count(rows))
        rows = rows.order_by(*_ordering(orders)).defer("search_text", "words")
        if page.cursor and is_by_time:
            rows = rows.filter(_after(page.cursor, is_descending))
        else:
            rows = rows[max(0, min(page.offset, MAX_OFFSET)) :]
        found = list(rows[: limit + 1]) if limit else []
    following = _next(found, limit, page, is_by_time) if len(found) > limit > 0 else None
    return Listing(found[:limit], following, count)


def count_runs(actor: Actor, conditions: Sequence[MetadataCondition]) -> int:
    """Give the exact number of runs that `actor` may see and for which all conditions hold."""
    require_in_key(actor, Scope.RUN_READ)
    with _asked():
        return visible_runs(actor).filter(matching(conditions)).order_by().count()


def distinct_values(
    actor: Actor, conditions: Sequence[MetadataCondition], path: tuple[str, ...]
) -> list[tuple[Any, int]]:
    """Give the values at a path of the metadata with how many runs have each, the most frequent first.

    At most 1000 values are given; runs that have no value there are left out.
    """
    require_in_key(actor, Scope.RUN_READ)
    column = column_of(path)
    with _asked():
        rows = visible_runs(actor).filter(matching(conditions)).order_by()
        found = rows.annotate(found=F(column) if column else value_at(path)).exclude(found__isnull=True)
        if column == "exit_status":
            found = found.exclude(exit_status="")
        counted = found.values("found").annotate(number=Count("pk")).order_by("-number")
        return [(row["found"], row["number"]) for row in counted[:MAX_DISTINCT]]


@contextmanager
def _asked() -> Iterator[None]:
    """Bound the time of a question, and tell one that the database cannot read from a fault of ours."""
    try:
        with deadline():
            yield
    except DataError as error:
        raise InvalidError(
            "This search cannot be made.", fields={"filter": ["A pattern or a value in it cannot be read."]}
        ) from error


def _count(rows: QuerySet[Run]) -> int:
    return rows.order_by().values("pk")[:COUNT_CAP].count()


def _collected(rows: QuerySet[Run]) -> tuple[QuerySet[Run], int]:
    """Find the matches before they are put in order, so that no walk along time looks for a rare one."""
    keys = list(rows.order_by().values_list("pk", flat=True)[: _COLLECTED + 1])
    if len(keys) > _COLLECTED:
        return rows, _count(rows)
    return Run.objects.select_related("beamline", "proposal").filter(pk__in=keys), len(keys)


def _ordering(orders: Sequence[Order]) -> list[Any]:
    keys: list[Any] = []
    for order in orders or (Order(),):
        column = column_of(order.path) if order.path else "time"
        expression = F(column) if column else value_at(order.path)
        keys.append(OrderBy(expression, descending=order.is_descending, nulls_last=None if column else True))
        if column == "time":
            break
    is_descending = bool(orders) and orders[0].is_descending
    return [*keys, "-pk" if is_descending else "pk"]


def _after(cursor: str, is_descending: bool) -> Q:
    found = _CURSOR.match(cursor)
    if found is None:
        raise InvalidError("This cursor cannot be used.", fields={"page[cursor]": ["send what next said"]})
    time, pk = float.fromhex(found[1]), int(found[2])
    if is_descending:
        return Q(time__lte=time) & (Q(time__lt=time) | Q(pk__lt=pk))
    return Q(time__gte=time) & (Q(time__gt=time) | Q(pk__gt=pk))


def _next(found: list[Run], limit: int, page: Page, is_by_time: bool) -> Page:
    if is_by_time:
        last = found[limit - 1]
        return Page(0, limit, f"{last.time.hex()}_{last.pk}")
    return Page(page.offset + limit, limit)
