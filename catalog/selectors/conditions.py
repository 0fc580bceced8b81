"""Conditions on runs: what a user typed is only ever a parameter of the query."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db.models import (
    BigIntegerField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
)

from catalog.models import Run, RunNumber, RunTag
from catalog.queries import (
    Comparison,
    Group,
    KeyPresent,
    NumberRange,
    Pair,
    RunQuery,
    Term,
    TimeSpan,
    Words,
    refusal,
    shortened,
)
from catalog.selectors.metadata_tests import (
    Path,
    metadata_test,
    number_of,
    path_of,
    search_text_test,
    text_test,
)

STATUSES = ("success", "fail", "abort", "open")

SAMPLE_PATHS: tuple[Path, ...] = (("sample",), ("sample", "name"), ("sample_name",))
TITLE_PATHS: tuple[Path, ...] = (("title",), ("purpose",), ("scan_name",))

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
    wanted &= _span(TimeSpan(query.since, query.until))
    for term in query.terms:
        wanted &= _of_term(term)
    return wanted


def _of_term(term: Term) -> Q:
    found = _READERS[type(term)](term)
    return ~found if term.is_negated else found


def _group(term: Group) -> Q:
    return reduce(or_ if term.is_any else and_, (_of_term(inner) for inner in term.terms), Q())


def _span(term: TimeSpan) -> Q:
    found = Q()
    if term.lower is not None:
        found &= Q(time__gte=term.lower)
    if term.upper is not None:
        found &= Q(time__lt=term.upper)
    return found


def _number_range(term: NumberRange) -> Q:
    numbers = RunNumber.objects.filter(key=term.key)
    if term.lower is not None:
        numbers = numbers.filter((f"value__{'gte' if term.has_lower else 'gt'}", term.lower))
    if term.upper is not None:
        numbers = numbers.filter((f"value__{'lte' if term.has_upper else 'lt'}", term.upper))
    found: QuerySet[Any, Any] = numbers.values("run_id")
    if term.or_open is not None:
        still_open = Run.objects.filter(_pair(term.or_open), exit_status="").order_by()
        found = found.union(still_open.values("pk"), all=True)
    return Q(pk__in=found)


def _key_present(term: KeyPresent) -> Q:
    """Look in the index first; its hashes may say a key of another."""
    hashed = Func(Value(term.key), function="hashtext", output_field=IntegerField())
    wanted = Func(hashed, template="ARRAY[%(expressions)s]", output_field=ArrayField(IntegerField()))
    return Q(keys__contains=wanted) & _pair(term.asked)


def _words(term: Words) -> Q:
    if term.is_phrase:
        return Q(words=SearchQuery(term.text, config="simple", search_type="phrase"))
    text = term.text.rstrip("*") or term.text
    if "*" in text.lstrip("*") or (text.startswith("*") and text.strip("*")):
        return search_text_test(Pair("anywhere", term.text, Comparison.LIKE, place=term.place))
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    found = Q(words=SearchQuery(f"'{quoted}':*", config="simple", search_type="raw"))
    if _UID_START.match(text):
        found |= Q(uid__startswith=text.lower())
    return found


def _pair(term: Pair) -> Q:
    reader = _KEYS.get(term.key)
    if reader is not None:
        return reader(term)
    path = path_of(term)
    if len(path) > 1 and path[0] in ("start", "stop"):
        return metadata_test(term, [path[1:]], path[0])
    return metadata_test(term, [path])


def _plan(term: Pair) -> Q:
    head, star, rest = term.value.partition("*")
    if term.comparison is Comparison.LIKE and star and not rest:
        return Q(plan_name__startswith=head)
    return text_test(term, "plan_name")


def _status(term: Pair) -> Q:
    if term.comparison is Comparison.EXISTS:
        return ~Q(exit_status="")
    _require_equal(term)
    if term.value not in STATUSES:
        known = ", ".join(STATUSES)
        raise refusal(term.place, f"status {shortened(term.value)!r} is none of {known}.")
    return Q(exit_status="" if term.value == "open" else term.value)


def _scan_id(term: Pair) -> Q:
    if term.comparison is Comparison.EXISTS:
        return Q(scan_id__isnull=False)
    if term.comparison is Comparison.BETWEEN:
        return Q(scan_id__gte=_scan_number(term, term.value), scan_id__lte=_scan_number(term, term.upper))
    if term.comparison not in _LOOKUPS:
        raise refusal(term.place, "scan_id is a number: write scan_id:12, scan_id:10..20 or scan_id:>=10.")
    return Q((f"scan_id{_LOOKUPS[term.comparison]}", _scan_number(term, term.value)))


def _scan_number(term: Pair, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,30}", text):
        raise refusal(term.place, f"scan_id {shortened(text)!r} is no whole number.")
    return _bounded(int(text))


def _bounded(number: int) -> int:
    return max(-_BIGGEST, min(_BIGGEST, number))


def _uid(term: Pair) -> Q:
    if term.comparison is Comparison.LIKE and term.value.endswith("*"):
        return Q(uid__startswith=term.value.rstrip("*"))
    _require_equal(term)
    return Q(uid__startswith=term.value)


def _user(term: Pair) -> Q:
    if term.comparison is Comparison.EQUAL:
        return Q(username__iexact=term.value)
    return text_test(term, "username")


def _at(*paths: Path) -> Callable[[Pair], Q]:
    """Read a key that stands for several places of the start document."""
    return lambda term: metadata_test(term, paths)


def _text(column: str) -> Callable[[Pair], Q]:
    return lambda term: text_test(term, column)


def _tag(term: Pair) -> Q:
    """Match tags that people gave, and those of the start document."""
    tags = RunTag.objects.filter(run=OuterRef("pk"))
    if term.comparison is not Comparison.EXISTS:
        tags = tags.filter(text_test(term, "name"))
    if term.comparison is Comparison.EQUAL:
        given = Q(pk__in=RunTag.objects.filter(name=term.value).values("run_id"))
    else:
        given = Q(Exists(tags))
    return given | metadata_test(term, [("tag",), ("tags",)])


def _stream(term: Pair) -> Q:
    _require_equal(term)
    return Q(num_events__has_key=term.value)


def _number(value: Any, is_known: Q | None = None) -> Callable[[Pair], Q]:
    """Read a key that stands for a number reckoned from columns."""

    def test(term: Pair) -> Q:
        if term.comparison is Comparison.EXISTS:
            return is_known or Q()
        if term.comparison is Comparison.BETWEEN:
            found = Q(GreaterThanOrEqual(value, number_of(term, term.value)))
            found &= Q(LessThanOrEqual(value, number_of(term, term.upper)))
        elif term.comparison in _NUMBER_LOOKUPS:
            found = Q(_NUMBER_LOOKUPS[term.comparison](value, number_of(term, term.value)))
        else:
            raise refusal(term.place, f"{term.key} is a number: write {term.key}:>10 or {term.key}:10..20.")
        return found if is_known is None else is_known & found

    return test


def _require_equal(term: Pair) -> None:
    if term.comparison is not Comparison.EQUAL:
        message = f"{term.key} cannot be compared by {term.comparison.value}; write {term.key}:value."
        raise refusal(term.place, message)


DURATION = F("stop_time") - F("time")
"""Seconds from start to stop; null while the run is open."""

NUM_EVENTS = Coalesce(Cast(KeyTextTransform("primary", "num_events"), BigIntegerField()), 0)
"""Events of the primary stream."""

_NUMBER_LOOKUPS: dict[Comparison, Any] = {
    Comparison.EQUAL: Exact,
    Comparison.LESS: LessThan,
    Comparison.AT_MOST: LessThanOrEqual,
    Comparison.MORE: GreaterThan,
    Comparison.AT_LEAST: GreaterThanOrEqual,
}
_READERS: dict[type[Term], Callable[[Any], Q]] = {
    Words: _words,
    Pair: _pair,
    TimeSpan: _span,
    NumberRange: _number_range,
    KeyPresent: _key_present,
    Group: _group,
}
_KEYS: dict[str, Callable[[Pair], Q]] = {
    "plan": _plan,
    "plan_name": _plan,
    "status": _status,
    "exit_status": _status,
    "scan_id": _scan_id,
    "uid": _uid,
    "reason": _text("reason"),
    "sample": _at(*SAMPLE_PATHS),
    "title": _at(*TITLE_PATHS),
    "proposal": _text("proposal__number"),
    "beamline": _text("beamline__name"),
    "user": _user,
    "tag": _tag,
    "tags": _tag,
    "stream": _stream,
    "duration": _number(DURATION, Q(stop_time__isnull=False)),
    "num_events": _number(NUM_EVENTS),
    "anywhere": search_text_test,
    **dict.fromkeys(("motor", "motors"), _at(("motors",))),
    **dict.fromkeys(("detector", "detectors"), _at(("detectors",))),
}

NAMED_KEYS = frozenset({*_KEYS, "time", "since", "until", "recent"})
"""Keys of the search line with a meaning of their own."""

PATHS_OF = {"title": TITLE_PATHS}
"""Keys that stand for several places of the start document, but for those that are counted."""
