"""Conditions on one key of the start or stop document, from a fixed grammar.

A condition names a key by its path, what is compared and a JSON value. Everything that a user gave is a
parameter of the query; operators and look-ups come from the tables here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, F, Func, JSONField, Q, TextField, Value

from accounts.errors import InvalidError
from catalog.documents.encoding import dumps
from catalog.selectors.patterns import fault_of_regex

MAX_PATTERN = 200
MAX_CONDITIONS = 30

_NOTHING = Q(pk__in=[])
_COLUMNS: dict[tuple[str, ...], tuple[str, type | tuple[type, ...]]] = {
    ("start", "uid"): ("uid", str),
    ("start", "time"): ("time", (int, float)),
    ("start", "scan_id"): ("scan_id", int),
    ("start", "plan_name"): ("plan_name", str),
    ("stop", "exit_status"): ("exit_status", str),
}
_ORDERED = {"lt": ("<", "__lt"), "le": ("<=", "__lte"), "gt": (">", "__gt"), "ge": (">=", "__gte")}
_BIGGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class MetadataCondition:
    """One condition on a run.

    Attributes
    ----------
    kind
        A name of `KINDS`.
    path
        Names of the document (``start`` or ``stop``) and of the keys inside it; empty for conditions on the
        whole run.
    value
        What the value is compared with: any JSON value, a list of them, or a pattern.
    operator
        ``lt``, ``le``, ``gt`` or ``ge`` of a comparison.
    """

    kind: str
    path: tuple[str, ...] = ()
    value: Any = None
    operator: str = ""


def matching(conditions: Iterable[MetadataCondition]) -> Q:
    """Give the condition that all of `conditions` hold.

    Raises
    ------
    InvalidError
        There are too many, or one is of an unknown kind or cannot be read.
    """
    listed = list(conditions)
    if len(listed) > MAX_CONDITIONS:
        raise _refused(f"{len(listed)} conditions are too many; {MAX_CONDITIONS} at most.")
    return reduce(and_, map(_of_one, listed), Q())


def value_at(path: tuple[str, ...]) -> Func:
    """Give the jsonb value at a path of the start or stop document."""
    return _reach(path, "#>", JSONField())


def text_at(path: tuple[str, ...]) -> Func:
    """Give the value at a path as text."""
    return _reach(path, "#>>", TextField())


def column_of(path: tuple[str, ...]) -> str:
    """Give the column that holds the value at a path, or nothing."""
    return _COLUMNS.get(path, ("", object))[0]


def _of_one(condition: MetadataCondition) -> Q:
    rule = KINDS.get(condition.kind)
    if rule is None:
        raise _refused(f"{condition.kind[:40]!r} is none of {', '.join(sorted(KINDS))}.")
    return rule(condition)


def _equal(condition: MetadataCondition) -> Q:
    return _is(condition.path, condition.value)


def _not_equal(condition: MetadataCondition) -> Q:
    return _is_present(condition.path) & ~_is(condition.path, condition.value)


def _among(condition: MetadataCondition) -> Q:
    return reduce(or_, (_is(condition.path, value) for value in _listed(condition)), _NOTHING)


def _not_among(condition: MetadataCondition) -> Q:
    return _is_present(condition.path) & ~_among(condition)


def _listed(condition: MetadataCondition) -> list[Any]:
    if not isinstance(condition.value, list) or len(condition.value) > 1000:
        raise _refused("in and notin take a list of at most 1000 values.")
    return condition.value


def _compared(condition: MetadataCondition) -> Q:
    if condition.operator not in _ORDERED:
        raise _refused(f"{condition.operator[:20]!r} is none of {', '.join(_ORDERED)}.")
    sign, lookup = _ORDERED[condition.operator]
    value = condition.value
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        raise _refused("Only numbers and texts can be compared.")
    column, _ = _column(condition.path, value)
    if column:
        return Q((f"{column}{lookup}", _in_bounds(value)))
    return _path_exists(condition.path, f" ? (@ {sign} $v)", {"v": value})


def _contains(condition: MetadataCondition) -> Q:
    document, *keys = condition.path
    held = Q((f"{document}__contains", _nested(keys, [condition.value])))
    if isinstance(condition.value, str):
        held |= _text_matches(condition.path, " LIKE ", f"%{_escaped(condition.value)}%")
    return held


def _like(condition: MetadataCondition) -> Q:
    pattern = _pattern(condition)
    start = pattern.removesuffix("%")
    if condition.path == ("start", "uid") and pattern != start and not set(start) & set("%_\\"):
        return Q(uid__startswith=start)
    if len(pattern) - len(pattern.rstrip("\\")) & 1:
        raise _refused("A pattern cannot end with a backslash that stands for nothing.")
    return _text_matches(condition.path, " LIKE ", pattern)


def _regex(condition: MetadataCondition) -> Q:
    sign = " ~* " if condition.operator == "ignore_case" else " ~ "
    pattern = _pattern(condition)
    if why := fault_of_regex(pattern):
        raise _refused(f"This regular expression is not run: {why}.")
    return _text_matches(condition.path, sign, pattern)


def _pattern(condition: MetadataCondition) -> str:
    pattern = condition.value
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN or "\0" in pattern:
        raise _refused(f"A pattern is text of at most {MAX_PATTERN} characters.")
    return pattern


def _present(condition: MetadataCondition) -> Q:
    found = _is_present(condition.path)
    return ~found if condition.value is False else found


def _words(condition: MetadataCondition) -> Q:
    if not isinstance(condition.value, str) or len(condition.value) > 1000:
        raise _refused("The words that are searched are text of at most 1000 characters.")
    return Q(words=SearchQuery(condition.value, config="simple", search_type="plain"))


def _uids(condition: MetadataCondition) -> Q:
    uids = [uid for uid in _listed(condition) if isinstance(uid, str)]
    return Q(uid__in=uids)


def _whatever(condition: MetadataCondition) -> Q:
    return Q() if condition.value else _NOTHING


KINDS: dict[str, Callable[[MetadataCondition], Q]] = {
    "eq": _equal,
    "noteq": _not_equal,
    "in": _among,
    "notin": _not_among,
    "comparison": _compared,
    "contains": _contains,
    "like": _like,
    "regex": _regex,
    "keypresent": _present,
    "fulltext": _words,
    "uids": _uids,
    "all": _whatever,
}


def _is(path: tuple[str, ...], value: Any) -> Q:
    column, is_own = _column(path, value)
    if column:
        return Q((column, _in_bounds(value))) if is_own else _NOTHING
    document, *keys = path
    holds = Q((f"{document}__contains", _nested(keys, value)))
    if isinstance(value, list | dict):  # containment does not see order, doubles and further members
        holds &= Q(_joined(value_at(path), " = ", _jsonb(value)))
    return holds


def _column(path: tuple[str, ...], value: Any) -> tuple[str, bool]:
    """Give the column of a path, and whether the value is of its kind."""
    column, kind = _COLUMNS.get(path, ("", object))
    is_own = isinstance(value, kind) and not isinstance(value, bool)
    if column == "scan_id" and isinstance(value, float) and value.is_integer():
        is_own = True
    return column, is_own


def _in_bounds(value: Any) -> Any:
    return max(-_BIGGEST, min(_BIGGEST, value)) if isinstance(value, int) else value


def _is_present(path: tuple[str, ...]) -> Q:
    return _path_exists(path, "", {})


def _path_exists(path: tuple[str, ...], test: str, variables: dict[str, Any]) -> Q:
    document, *keys = path
    steps = "".join(f".{json.dumps(key)}" for key in keys)
    return Q(
        Func(
            F(document),
            Func(Value(f"${steps}{test}"), template="%(expressions)s::jsonpath"),
            _jsonb(variables),
            function="jsonb_path_exists",
            output_field=BooleanField(),
        )
    )


def _text_matches(path: tuple[str, ...], sign: str, pattern: str) -> Q:
    column, kind = _COLUMNS.get(path, ("", object))
    if column and kind is str:
        return Q(_joined(F(column), sign, Value(pattern)))
    is_text = Func(value_at(path), function="jsonb_typeof", output_field=TextField())
    return Q(_joined(is_text, " = ", Value("string"))) & Q(_joined(text_at(path), sign, Value(pattern)))


def _joined(left: Any, sign: str, right: Any) -> Func:
    return Func(
        left, right, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=BooleanField()
    )


def _reach(path: tuple[str, ...], sign: str, output: Any) -> Func:
    document, *keys = path
    steps = Func(Value(list(keys), output_field=ArrayField(TextField())), template="%(expressions)s::text[]")
    return Func(F(document), steps, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=output)


def _jsonb(value: Any) -> Func:
    return Func(Value(dumps(value).decode()), template="%(expressions)s::jsonb", output_field=JSONField())


def _nested(keys: list[str], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _refused(message: str) -> InvalidError:
    return InvalidError("This search cannot be made.", fields={"filter": [message]})
