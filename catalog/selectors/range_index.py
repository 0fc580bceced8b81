"""Find ranges of numbers through the index of numbers by key instead of in the metadata themselves."""

from __future__ import annotations

from dataclasses import replace

from catalog.queries import Comparison, Group, NumberRange, Pair, Term
from catalog.selectors.conditions import NAMED_KEYS
from catalog.selectors.metadata_tests import number_of, path_of

_LOWER = {Comparison.MORE: False, Comparison.AT_LEAST: True, Comparison.BETWEEN: True}
_UPPER = {Comparison.LESS: False, Comparison.AT_MOST: True, Comparison.BETWEEN: True}
_MAX_DEPTH = 6
_NOT_KEPT = (("time",), ("scan_id",))


def by_index(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Give terms that mean the same, with ranges of metadata keys as the index of numbers answers them.

    Right for collecting what matches; in a walk along time it would be in the way.
    """
    return tuple(_of_term(term) for term in terms)


def _of_term(term: Term) -> Term:
    if term.is_negated:
        return term
    if isinstance(term, Group):
        return replace(term, terms=by_index(term.terms))
    if isinstance(term, Pair) and term.comparison in (*_LOWER, *_UPPER) and term.key not in NAMED_KEYS:
        return _range(term)
    return term


def _range(term: Pair) -> Term:
    path = path_of(term)
    if len(path) > 1 and path[0] == "start":
        path = path[1:]
    if path[0] == "stop" or len(path) > _MAX_DEPTH or path in _NOT_KEPT:
        return term
    upper = term.upper if term.comparison is Comparison.BETWEEN else term.value
    return NumberRange(
        ".".join(path),
        number_of(term, term.value) if term.comparison in _LOWER else None,
        number_of(term, upper) if term.comparison in _UPPER else None,
        has_lower=_LOWER.get(term.comparison, True),
        has_upper=_UPPER.get(term.comparison, True),
    )
