"""A search line with its filters, as one query."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from accounts.errors import InvalidError
from catalog.queries import Comparison, Group, Pair, RunQuery, Term, TimeSpan, refusal, shortened
from catalog.search.grammar import parse
from catalog.search.moments import Clock, Span, moment, span
from catalog.search.units import number_in_unit_of

TIME_KEYS = ("time", "since", "until")
MAX_RECENT = 10_000

_ORDERS = (Comparison.LESS, Comparison.AT_MOST, Comparison.MORE, Comparison.AT_LEAST, Comparison.BETWEEN)
_AS_TEXT = frozenset({"plan", "plan_name", "uid", "user", "proposal", "beamline", "status", "exit_status"})


def run_query(
    text: str = "", *, since: str = "", until: str = "", query: RunQuery | None = None, zone: tzinfo = UTC
) -> RunQuery:
    """Give `query` with what the search line and the moments say added to it.

    ``since:``, ``until:`` and ``time:`` of the line bound the time of the run; the narrowest bounds hold.

    Parameters
    ----------
    zone
        Zone of times that name none.

    Raises
    ------
    InvalidError
        The line or a moment cannot be read; for the line the error says where.
    """
    query = query or RunQuery()
    clock = Clock(time.time(), zone)
    reading = _Reading(clock, recent=query.recent)
    reading.bound(TimeSpan(query.since, query.until))
    reading.bound(
        TimeSpan(
            moment(since, now=clock.now, name="since", zone=zone) if since else None,
            moment(until, now=clock.now, is_end=True, name="until", zone=zone) if until else None,
        )
    )
    terms = reading.top(parse(text))
    return replace(
        query,
        terms=(*query.terms, *terms),
        since=max(reading.lower) if reading.lower else None,
        until=min(reading.upper) if reading.upper else None,
        recent=reading.recent,
    )


@dataclass(slots=True)
class _Reading:
    """Turns moments and units of terms into numbers, and takes out what bounds the whole query."""

    clock: Clock
    recent: int | None = None
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def bound(self, bounds: TimeSpan) -> None:
        """Keep bounds of the whole query."""
        if bounds.lower is not None:
            self.lower.append(bounds.lower)
        if bounds.upper is not None:
            self.upper.append(bounds.upper)

    def top(self, terms: Iterable[Term]) -> list[Term]:
        """Read terms that must all hold."""
        kept: list[Term] = []
        for term in terms:
            if isinstance(term, Pair) and term.key == "recent":
                self.recent = _recent(term)
                continue
            if isinstance(term, Group) and not term.is_any and not term.is_negated:
                kept.extend(self.top(term.terms))
                continue
            found = self.term(term)
            bounds = _whole(found) if isinstance(found, TimeSpan) else None
            if bounds is not None:
                self.bound(bounds)
            else:
                kept.append(found)
        return kept

    def term(self, term: Term) -> Term:
        """Read one term, which may be a group."""
        if isinstance(term, Group):
            return replace(term, terms=tuple(self.term(inner) for inner in term.terms))
        if not isinstance(term, Pair):
            return term
        if term.key == "recent":
            raise refusal(term.place, "it cannot stand inside 'or', a parenthesis or a list of values.")
        return self.time(term) if term.key in TIME_KEYS else _in_units(term)

    def time(self, term: Pair) -> TimeSpan:
        """Read what a term says of the start time."""
        read = _TIMES.get(term.comparison)
        if read is None or (term.key != "time" and term.comparison is not Comparison.EQUAL):
            advice = (
                "write time:today, time:2026-11-01..2026-11-07, time:>2026-11-22T14:00, since:7d or until:"
            )
            raise refusal(term.place, f"a time is not compared in this way; {advice}2026-11.")
        bounds = read(self.span(term, term.value), self.span(term, term.upper or term.value))
        if term.key == "since":
            bounds = replace(bounds, upper=None)
        elif term.key == "until":
            bounds = TimeSpan(None, moment(term.value, now=self.clock.now, is_end=True, zone=self.clock.zone))
        return replace(bounds, is_negated=term.is_negated)

    def span(self, term: Pair, text: str) -> Span:
        """Read a span of time, and say where a wrong one stands."""
        try:
            return span(text, self.clock)
        except InvalidError as error:
            raise refusal(term.place, error.fields["q"][0]) from error


def _equal_time(at: Span, _: Span) -> TimeSpan:
    upper = at.upper if at.upper > at.lower else math.nextafter(at.lower, math.inf)
    return TimeSpan(at.lower, upper)


def _after(at: Span) -> float:
    return at.upper if at.upper > at.lower else math.nextafter(at.lower, math.inf)


_TIMES: dict[Comparison, Callable[[Span, Span], TimeSpan]] = {
    Comparison.EQUAL: _equal_time,
    Comparison.LESS: lambda at, _: TimeSpan(None, at.lower),
    Comparison.AT_MOST: lambda at, _: TimeSpan(None, _after(at)),
    Comparison.MORE: lambda at, _: TimeSpan(_after(at), None),
    Comparison.AT_LEAST: lambda at, _: TimeSpan(at.lower, None),
    Comparison.BETWEEN: lambda first, last: TimeSpan(first.lower, _after(last)),
}


def _whole(bounds: TimeSpan) -> TimeSpan | None:
    """Give bounds without minus that mean the same; None where there are none."""
    if not bounds.is_negated:
        return bounds
    if bounds.lower is not None and bounds.upper is not None:
        return None
    return TimeSpan(bounds.upper, bounds.lower)


def _recent(term: Pair) -> int:
    number = int(term.value) if re.fullmatch(r"-?\d{1,9}", term.value) else 0
    if not 0 < abs(number) <= MAX_RECENT or term.is_negated or term.comparison is not Comparison.EQUAL:
        advice = (
            f"write recent:20 for the newest 20, -1 for the newest, -2 for the one before; {MAX_RECENT} at"
        )
        raise refusal(term.place, f"{shortened(term.value)!r} is no place from the newest; {advice} most.")
    return number


def _in_units(term: Pair) -> Term:
    """Turn a number with a unit into one in the unit of the key."""
    if term.comparison in _ORDERS:
        try:
            value = number_in_unit_of(term.key, term.value)
            upper = number_in_unit_of(term.key, term.upper) if term.upper else None
        except ValueError as error:
            raise refusal(term.place, f"{error}") from error
        return replace(term, value=_plain(value), upper="" if upper is None else _plain(upper))
    if term.comparison is not Comparison.EQUAL or term.key in _AS_TEXT or not term.value[-1:].isalpha():
        return term
    try:
        number = _plain(number_in_unit_of(term.key, term.value))
    except ValueError:
        return term
    either = (replace(term, is_negated=False), replace(term, value=number, is_negated=False))
    return Group(either, is_any=True, is_negated=term.is_negated)


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
