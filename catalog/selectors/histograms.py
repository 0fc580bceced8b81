"""How many runs there were in each hour, day, week or month."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.queries import RunQuery
from catalog.selectors.conditions import condition
from catalog.selectors.deadline import deadline
from catalog.selectors.finding import COUNT_CAP, matches
from catalog.selectors.places import Places, array_of, is_of_places, visible_places

STEPS = ("hour", "day", "week", "month")
MAX_BARS = 1000
"""The newest bars that are given."""

_HOUR = 3600
_HOURS_OF_PLACES = """
SELECT value::bigint, sum(n)::bigint FROM (
    SELECT value, count AS n FROM catalog_facetcount WHERE scope = ANY(%(scopes)s::bigint[]) AND key = 'hour'
    UNION ALL
    SELECT value, n FROM catalog_facetfresh WHERE scope = ANY(%(scopes)s::bigint[]) AND key = 'hour'
) AS found GROUP BY value HAVING sum(n) > 0
"""


def histogram(actor: Actor, query: RunQuery, *, step: str, zone: ZoneInfo) -> dict[str, Any]:
    """Give the number of matching runs by the `step` of time in which they began, empty bars left out.

    All runs of places are counted; else the newest 10,000 that match, and ``count`` says ``capped``.

    Parameters
    ----------
    step
        ``hour``, ``day``, ``week`` (from Monday) or ``month``.
    zone
        Where days begin.
    """
    require_in_key(actor, Scope.RUN_READ)
    places = visible_places(actor, query)
    with deadline():
        times, is_capped = _times(places, query, zone)
    counted = _by_step(times, step, zone)
    bars = [{"start": start, "begins": _begins(start, step, zone), "count": n} for start, n in counted]
    total = sum(number for _, number in counted)
    return {
        "step": step,
        "time_zone": zone.key,
        "results": bars[-MAX_BARS:],
        "count": {"value": total, "capped": is_capped},
    }


def _times(places: Places, query: RunQuery, zone: ZoneInfo) -> tuple[list[tuple[float, int]], bool]:
    """Give times with the number of runs at each, and whether some are left out."""
    if is_of_places(query) and _has_whole_hours(zone):
        with connection.cursor() as cursor:
            cursor.execute(_HOURS_OF_PLACES, {"scopes": array_of(places.scopes())})
            return [(float(hour) * _HOUR, n) for hour, n in cursor.fetchall()], False
    matching = matches(places, query, condition(query), is_counted=False)
    if matching.newest is not None:
        return [(time, 1) for time, _ in matching.newest], False
    newest = matching.rows().order_by("-time", "-pk")
    found = list(newest.values_list("time", flat=True)[: COUNT_CAP + 1])
    return [(time, 1) for time in found[:COUNT_CAP]], len(found) > COUNT_CAP


def _has_whole_hours(zone: ZoneInfo) -> bool:
    """Tell whether days of the zone begin with an hour of UTC, now and half a year ago."""
    moments = (datetime(2026, 1, 1, tzinfo=zone), datetime(2026, 7, 1, tzinfo=zone))
    return not any(int(moment.timestamp()) % _HOUR for moment in moments)


def _by_step(times: Iterable[tuple[float, int]], step: str, zone: ZoneInfo) -> list[tuple[float, int]]:
    counts: dict[float, int] = {}
    if step == "hour":
        for time, number in times:
            start = time // _HOUR * _HOUR
            counts[start] = counts.get(start, 0) + number
        return sorted(counts.items())
    times = list(times)
    if not times:
        return []
    starts = list(_starts(min(times)[0], max(times)[0], step, zone))
    for time, number in times:
        start = starts[bisect_right(starts, time) - 1]
        counts[start] = counts.get(start, 0) + number
    return sorted(counts.items())


def _starts(first: float, last: float, step: str, zone: ZoneInfo) -> Iterator[float]:
    """Give the begins of days, weeks or months from the one that holds `first` to that of `last`."""
    day = datetime.fromtimestamp(first, zone).date()
    if step == "week":
        day -= timedelta(days=day.weekday())
    elif step == "month":
        day = day.replace(day=1)
    start = _midnight(day, zone)
    while start <= last:
        yield start
        day = _next(day, step)
        start = _midnight(day, zone)


def _next(day: date, step: str) -> date:
    if step == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def _begins(start: float, step: str, zone: ZoneInfo) -> str:
    begin = datetime.fromtimestamp(start, zone)
    if step == "hour":
        return begin.isoformat(timespec="minutes")
    return begin.date().isoformat()[: 7 if step == "month" else 10]
