"""Conditions on runs: what a user typed is only ever a parameter of the query."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, F, Func, Q, Value

from accounts.errors import InvalidError
from catalog.queries import Comparison, Pair, RunQuery, Term, Words

STATUSES = ("success", "fail", "abort", "open")

_UID_START = re.compile(r"[0-9a-fA-F][0-9a-fA-F-]{3,35}\Z")
_BIGGEST = 2**63 - 1
_LOOKUPS = {
    Comparison.EQUAL: "",
    Comparison.LESS: "__lt",
    Comparison.AT_MOST: "__lte",
    Comparison.MORE: "__gt",
    Comparison.AT_LEAST: "__gte",
}


def condition(query: RunQuery) -> Q:
    """Give the condition that a query says, but for who asks and where the page begins.

    Raises
    ------
    InvalidError
        A value is not of the kind that its key needs.
    """
    wanted = Q()
    if query.plan:
        wanted &= Q(plan_name=query.plan)
    if query.proposal:
        wanted &= Q(proposal__number=query.proposal)
    if query.beamline:
        wanted &= Q(beamline__name=query.beamline)
    if query.status:
        wanted &= _status(Pair("status", query.status))
    if query.scan_id is not None:
        wanted &= Q(scan_id=_bounded(query.scan_id))
    if query.since is not None:
        wanted &= Q(time__gte=query.since)
    if query.until is not None:
        wanted &= Q(time__lt=query.until)
    for term in query.terms:
        wanted &= _of_term(term)
    return wanted


def _of_term(term: Term) -> Q:
    found = _words(term) if isinstance(term, Words) else _KEYS.get(term.key, _metadata)(term)
    return ~found if term.is_negated else found


def _words(term: Words) -> Q:
    if term.is_phrase:
        return Q(words=SearchQuery(term.text, config="simple", search_type="phrase"))
    quoted = term.text.replace("\\", "\\\\").replace("'", "''")
    found = Q(words=SearchQuery(f"'{quoted}':*", config="simple", search_type="raw"))
    if _UID_START.match(term.text):
        found |= Q(uid__startswith=term.text.lower())
    return found


def _plan(term: Pair) -> Q:
    _require_equal(term)
    if term.value.endswith("*"):
        return Q(plan_name__startswith=term.value[:-1])
    return Q(plan_name=term.value)


def _status(term: Pair) -> Q:
    _require_equal(term)
    if term.value not in STATUSES:
        raise _refused(f"status {term.value[:40]!r} is none of {', '.join(STATUSES)}.")
    return Q(exit_status="" if term.value == "open" else term.value)


def _scan_id(term: Pair) -> Q:
    if term.comparison is Comparison.BETWEEN:
        return Q(scan_id__gte=_scan_number(term.value), scan_id__lte=_scan_number(term.upper))
    return Q((f"scan_id{_LOOKUPS[term.comparison]}", _scan_number(term.value)))


def _scan_number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,30}", text):
        raise _refused(f"scan_id {text[:40]!r} is no whole number.")
    return _bounded(int(text))


def _bounded(number: int) -> int:
    return max(-_BIGGEST, min(_BIGGEST, number))


def _uid(term: Pair) -> Q:
    _require_equal(term)
    return Q(uid__startswith=term.value)


def _sample(term: Pair) -> Q:
    _require_equal(term)
    value = term.value
    return _any_of({"sample": value}, {"sample": {"name": value}}, {"sample_name": value})


def _listed(key: str) -> Callable[[Pair], Q]:
    def holds(term: Pair) -> Q:
        _require_equal(term)
        return _any_of({key: [term.value]})

    return holds


def _equal(field: str) -> Callable[[Pair], Q]:
    def is_equal(term: Pair) -> Q:
        _require_equal(term)
        return Q((field, term.value))

    return is_equal


def _metadata(term: Pair) -> Q:
    """Match any key of the start document; dots walk into objects, lists match by what they hold."""
    path = term.key.split(".")
    if not all(path):
        raise _refused(f"{term.key[:40]!r} is no key: a part between dots is empty.")
    if term.comparison is not Comparison.EQUAL:
        return _compared(path, term)
    candidates = [term.value, *_as_json(term.value)]
    return _any_of(*(_nested(path, value) for c in candidates for value in (c, [c])))


def _compared(path: list[str], term: Pair) -> Q:
    steps = "".join(f'."{step}"' for step in path)
    if term.comparison is Comparison.BETWEEN:
        test, limits = "@ >= $a && @ <= $b", {"a": _number(term.value), "b": _number(term.upper)}
    else:
        test, limits = f"@ {term.comparison.value} $a", {"a": _number(term.value)}
    return Q(
        Func(
            F("start"),
            Func(Value(f"${steps} ? ({test})"), template="%(expressions)s::jsonpath"),
            Func(Value(json.dumps(limits)), template="%(expressions)s::jsonb"),
            function="jsonb_path_exists",
            output_field=BooleanField(),
        )
    )


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _refused(f"{text[:40]!r} is no number to compare with.")
    return value


def _as_json(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, float):
        return [value] if math.isfinite(value) else []
    return [value] if isinstance(value, bool | int) or value is None else []


def _nested(path: list[str], value: Any) -> dict[str, Any]:
    for step in reversed(path):
        value = {step: value}
    return dict(value)


def _any_of(*documents: dict[str, Any]) -> Q:
    return reduce(or_, (Q(start__contains=document) for document in documents))


def _require_equal(term: Pair) -> None:
    if term.comparison is not Comparison.EQUAL:
        raise _refused(f"{term.key} cannot be compared by {term.comparison.value}; write {term.key}:value.")


def _refused(message: str) -> InvalidError:
    return InvalidError("This search cannot be made.", fields={"q": [message]})


_KEYS: dict[str, Callable[[Pair], Q]] = {
    "plan": _plan,
    "plan_name": _plan,
    "status": _status,
    "exit_status": _status,
    "scan_id": _scan_id,
    "uid": _uid,
    "sample": _sample,
    "proposal": _equal("proposal__number"),
    "beamline": _equal("beamline__name"),
    "user": _equal("username__iexact"),
    "motor": _listed("motors"),
    "detector": _listed("detectors"),
}
