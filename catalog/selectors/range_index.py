"""Find ranges of numbers through the index of numbers by key, before metadata are looked at."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from django.db.models import Q

from catalog.models import RunNumber
from catalog.queries import Comparison, Group, Pair, Term
from catalog.selectors.conditions import NAMED_KEYS
from catalog.selectors.metadata_tests import number_of, path_of

_LOOKUPS = {
    Comparison.LESS: "value__lt",
    Comparison.AT_MOST: "value__lte",
    Comparison.MORE: "value__gt",
    Comparison.AT_LEAST: "value__gte",
    Comparison.BETWEEN: "value__gte",
}


def through_index(terms: tuple[Term, ...]) -> Q:
    """Give a condition that holds for every run for which all of `terms` do, and that indexes answer.

    It narrows what is collected; for a walk along time it would be in the way.
    """
    return reduce(and_, (found for term in terms if (found := _of_term(term)) is not None), Q())


def _of_term(term: Term) -> Q | None:
    if term.is_negated:
        return None
    if isinstance(term, Group):
        inner = [_of_term(one) for one in term.terms]
        if term.is_any:
            return None if None in inner else reduce(or_, (one for one in inner if one is not None), Q())
        return reduce(and_, (one for one in inner if one is not None), Q())
    if isinstance(term, Pair) and term.comparison in _LOOKUPS and term.key not in NAMED_KEYS:
        return _of_range(term)
    return None


def _of_range(term: Pair) -> Q | None:
    path = path_of(term)
    if len(path) > 1 and path[0] in ("start", "stop"):
        if path[0] == "stop":
            return None
        path = path[1:]
    if len(path) > 6 or path == ("time",):
        return None
    numbers = RunNumber.objects.filter(key=".".join(path)[:300])
    numbers = numbers.filter((_LOOKUPS[term.comparison], number_of(term, term.value)))
    if term.comparison is Comparison.BETWEEN:
        numbers = numbers.filter(value__lte=number_of(term, term.upper))
    return Q(pk__in=numbers.values("run_id"))
