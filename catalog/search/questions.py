"""A search line with its filters, as one query."""

from __future__ import annotations

import time
from dataclasses import replace

from catalog.queries import Pair, RunQuery, Term
from catalog.search.grammar import parse
from catalog.search.moments import moment


def run_query(text: str = "", *, since: str = "", until: str = "", query: RunQuery | None = None) -> RunQuery:
    """Give `query` with what the search line and the moments say added to it.

    ``since:`` and ``until:`` of the line bound the time of the run; the narrowest bounds hold.

    Raises
    ------
    InvalidError
        The line or a moment cannot be read.
    """
    now = time.time()
    query = query or RunQuery()
    terms: list[Term] = []
    lower = [query.since] if query.since is not None else []
    upper = [query.until] if query.until is not None else []
    if since:
        lower.append(moment(since, now=now, name="since"))
    if until:
        upper.append(moment(until, now=now, is_end=True, name="until"))
    for term in parse(text):
        if isinstance(term, Pair) and term.key in ("since", "until"):
            is_lower = (term.key == "since") != term.is_negated
            bounds = lower if is_lower else upper
            bounds.append(moment(term.value, now=now, is_end=term.key == "until"))
        else:
            terms.append(term)
    return replace(
        query,
        terms=(*query.terms, *terms),
        since=max(lower) if lower else None,
        until=min(upper) if upper else None,
    )
