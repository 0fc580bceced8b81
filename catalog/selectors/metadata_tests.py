"""Conditions on one key of a JSON column; keys and values are only ever parameters of the query."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.functions import Coalesce

from catalog.queries import Comparison, Pair, refusal, shortened
from catalog.selectors.patterns import fault_of_regex, is_line_bound, wildcard_like, wildcard_regex

Path = tuple[str, ...]

_PART = re.compile(r'"([^"]+)"|([^."]+)|(?<=\.)(?=\.|\Z)|\A(?=\.)')
_LONGEST_LITERAL = 60


def path_of(term: Pair) -> Path:
    """Give the parts of a key, split at dots; a part in quotes may hold dots."""
    parts = tuple(quoted or plain for quoted, plain in _PART.findall(term.key))
    if not parts or not all(parts):
        raise refusal(term.place, f"{shortened(term.key)!r} is no key: a part between dots is empty.")
    return parts


def metadata_test(term: Pair, paths: Sequence[Path], column: str = "start") -> Q:
    """Give the condition that the value at one of `paths` is as `term` says, or one in the list there."""
    if term.comparison is Comparison.EQUAL:
        return _any_of(Q((f"{column}__contains", document)) for document in _documents(term.value, paths))
    test = _TESTS[term.comparison](term)
    found = _any_of(_holds(column, path, test) for path in paths)
    return found & _in_search_text(term) if column == "start" else found


def text_test(term: Pair, column: str) -> Q:
    """Give the condition that a text column is as `term` says."""
    if term.comparison is Comparison.EQUAL:
        return Q((column, term.value))
    if term.comparison is Comparison.EXISTS:
        return ~Q((column, ""))
    if term.comparison is Comparison.LIKE:
        return Q(_compared(column, "ILIKE", wildcard_like(term.value)))
    if term.comparison in (Comparison.REGEX, Comparison.REGEX_ANY_CASE):
        return Q(_compared(column, _regex_operator(term), bounded_regex(term)))
    raise refusal(term.place, f"{term.key} is text and cannot be compared by {term.comparison.value}.")


def search_text_test(term: Pair) -> Q:
    """Give the condition that any text of the metadata is as `term` says."""
    if term.comparison in (Comparison.EQUAL, Comparison.LIKE):
        return Q(_compared("search_text", "ILIKE", f"%{wildcard_like(term.value)}%"))
    if term.comparison in (Comparison.REGEX, Comparison.REGEX_ANY_CASE):
        return Q(_compared("search_text", _regex_operator(term), f"(?w){bounded_regex(term)}"))
    raise refusal(term.place, "write anywhere:text, anywhere:*text* or anywhere:/regex/.")


def bounded_regex(term: Pair) -> str:
    """Give the regular expression of a term; raise InvalidError for one that could take too long."""
    why = fault_of_regex(term.value)
    if why:
        raise refusal(term.place, f"this regular expression is not run: {why}.")
    return term.value


def number_of(term: Pair, text: str) -> float:
    """Give a finite number; raise InvalidError for another text."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise refusal(term.place, f"{shortened(text)!r} is no number to compare with.")
    return value


def _documents(text: str, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Give the documents that a start with this value, or with it in a list, contains."""
    candidates = [text, *_as_json(text)]
    return [_nested(path, value) for path in paths for c in candidates for value in (c, [c])]


def _as_json(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, float):
        return [value] if math.isfinite(value) else []
    return [value] if isinstance(value, bool | int) or value is None else []


def _nested(path: Path, value: Any) -> dict[str, Any]:
    for step in reversed(path):
        value = {step: value}
    return dict(value)


def _ordered(term: Pair) -> str:
    if term.comparison is Comparison.BETWEEN:
        return f"(@ >= {number_of(term, term.value)!r} && @ <= {number_of(term, term.upper)!r})"
    return f"(@ {term.comparison.value} {number_of(term, term.value)!r})"


def _like(term: Pair) -> str:
    return f'(@ like_regex {json.dumps(wildcard_regex(term.value))} flag "is")'


def _regex(term: Pair) -> str:
    flag = ' flag "i"' if term.comparison is Comparison.REGEX_ANY_CASE else ""
    return f"(@ like_regex {json.dumps(bounded_regex(term))}{flag})"


_TESTS: dict[Comparison, Callable[[Pair], str]] = {
    **dict.fromkeys(
        (Comparison.LESS, Comparison.AT_MOST, Comparison.MORE, Comparison.AT_LEAST, Comparison.BETWEEN),
        _ordered,
    ),
    Comparison.EXISTS: lambda term: "",
    Comparison.LIKE: _like,
    Comparison.REGEX: _regex,
    Comparison.REGEX_ANY_CASE: _regex,
}


def _holds(column: str, path: Path, test: str) -> Q:
    steps = "$" + "".join("." + json.dumps(step) for step in path)
    jsonpath = Func(
        Value(f"{steps} ? {test}" if test else steps),
        template="%(expressions)s::jsonpath",
        output_field=BooleanField(),
    )
    found = Func(
        F(column), jsonpath, template="(%(expressions)s)", arg_joiner=" @? ", output_field=BooleanField()
    )
    return Q(found if column == "start" else Coalesce(found, False))


def _in_search_text(term: Pair) -> Q:
    """Give what the index over all text can say beforehand of a pattern; nothing for other terms."""
    if term.comparison is Comparison.LIKE:
        literal = max(term.value.split("*"), key=len)[:_LONGEST_LITERAL]
        return Q(_compared("search_text", "ILIKE", f"%{wildcard_like(literal)}%")) if literal else Q()
    if term.comparison in (Comparison.REGEX, Comparison.REGEX_ANY_CASE) and is_line_bound(term.value):
        return Q(_compared("search_text", _regex_operator(term), f"(?w){term.value}"))
    return Q()


def _regex_operator(term: Pair) -> str:
    return "~*" if term.comparison is Comparison.REGEX_ANY_CASE else "~"


def _compared(column: str, operator: str, pattern: str) -> Func:
    return Func(
        F(column),
        Value(pattern),
        template="(%(expressions)s)",
        arg_joiner=f" {operator} ",
        output_field=BooleanField(),
    )


def _any_of(conditions: Any) -> Q:
    return reduce(or_, conditions)
