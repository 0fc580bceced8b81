"""Find ranges of numbers and keys that are there through indexes of their own instead of in the metadata."""

from __future__ import annotations

from dataclasses import replace

from catalog.queries import Comparison, Group, KeyPresent, NumberRange, Pair, Term
from catalog.selectors.conditions import NAMED_KEYS
from catalog.selectors.metadata_tests import Path, number_of, path_of

_LOWER = {Comparison.MORE: False, Comparison.AT_LEAST: True, Comparison.BETWEEN: True, Comparison.EQUAL: True}
_UPPER = {Comparison.LESS: False, Comparison.AT_MOST: True, Comparison.BETWEEN: True, Comparison.EQUAL: True}
_RANGES = ({*_LOWER} | {*_UPPER}) - {Comparison.EQUAL}
_MAX_DEPTH = 6
_LONGEST_KEY = 300
_NOT_KEPT = (("time",), ("scan_id",))
_OF_THE_STOP = ("duration", "num_events")


def by_index(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Give terms that mean the same, with ranges of numbers and ``key:*`` as their indexes answer them.

    Right for collecting what matches; in a walk along time it would be in the way.
    """
    return tuple(_of_term(term) for term in terms)


def _of_term(term: Term) -> Term:
    if term.is_negated:
        return term
    if isinstance(term, Group):
        return replace(term, terms=by_index(term.terms))
    if not isinstance(term, Pair):
        return term
    if term.key in _OF_THE_STOP:
        return _of_the_stop(term)
    if term.key in NAMED_KEYS:
        return term
    if term.comparison in _RANGES:
        return _range(term)
    return _present(term) if term.comparison is Comparison.EXISTS else term


def _of_the_stop(term: Pair) -> Term:
    if term.comparison not in _LOWER and term.comparison not in _UPPER:
        return term
    kept = _between(f".{term.key}", term)
    return kept if term.key == "duration" else replace(kept, or_open=term)


def _range(term: Pair) -> Term:
    path = _kept_path(term)
    return term if path is None or path in _NOT_KEPT else _between(".".join(path), term)


def _present(term: Pair) -> Term:
    path = _kept_path(term)
    key = ".".join(path or ())
    return term if path is None or len(key) >= _LONGEST_KEY else KeyPresent(key, term)


def _kept_path(term: Pair) -> Path | None:
    """Give the path of a key in the start document, if it lies where the indexes look."""
    path = path_of(term)
    if len(path) > 1 and path[0] == "start":
        path = path[1:]
    return None if path[0] == "stop" or len(path) > _MAX_DEPTH else path


def _between(key: str, term: Pair) -> NumberRange:
    upper = term.upper if term.comparison is Comparison.BETWEEN else term.value
    return NumberRange(
        key,
        number_of(term, term.value) if term.comparison in _LOWER else None,
        number_of(term, upper) if term.comparison in _UPPER else None,
        has_lower=_LOWER.get(term.comparison, True),
        has_upper=_UPPER.get(term.comparison, True),
    )
