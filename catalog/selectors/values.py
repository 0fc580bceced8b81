"""What there is to choose from: the keys of metadata, and the values of one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.fields.json import KeyTransform

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.queries import Comparison, Pair, RunQuery
from catalog.selectors.conditions import NAMED_KEYS, PATHS_OF
from catalog.selectors.counting import FACETS, facets, ranked
from catalog.selectors.deadline import deadline
from catalog.selectors.metadata_tests import Path, metadata_test, path_of
from catalog.selectors.patterns import wildcard_like
from catalog.selectors.places import array_of, visible_places
from catalog.selectors.runs import visible_runs

NEWEST = 1000
"""So many of the newest runs with a key are looked through."""

MAX_KEYS = 500
_KEYS_FROM = 200
_MAX_DEPTH = 6
_MAX_TEXT = 200

_KEPT_VALUES = """
SELECT value, sum(n)::bigint AS runs FROM (
    SELECT value, count AS n FROM catalog_facetcount
    WHERE scope = ANY(%(scopes)s::bigint[]) AND key = %(key)s AND value ILIKE %(like)s
    UNION ALL
    SELECT value, n FROM catalog_facetfresh
    WHERE scope = ANY(%(scopes)s::bigint[]) AND key = %(key)s AND value ILIKE %(like)s
) AS found GROUP BY value HAVING sum(n) > 0 ORDER BY runs DESC, value LIMIT %(most)s
"""
_PLAIN_KEY = re.compile(r"[^\W\d][\w-]*")
_SAME_AS = {
    "plan_name": "plan",
    "exit_status": "status",
    "motors": "motor",
    "detectors": "detector",
    "tags": "tag",
}


def values(actor: Actor, key: str, *, prefix: str = "", limit: int = 20) -> dict[str, Any]:
    """Give the values of a key that begin with `prefix`, in either case, with how many runs have each.

    Keys of `counting.FACETS` are counted over all runs one may see; others over the newest 1000 that have
    the key, and ``newest`` says so.

    Raises
    ------
    InvalidError
        The key is none.
    """
    require_in_key(actor, Scope.RUN_READ)
    key = _SAME_AS.get(key, key)
    with deadline():
        if key in ("plan", "status", "sample", "user", "motor", "detector"):
            return {"key": key, "newest": None, "results": _kept(actor, key, prefix, limit)}
        if key in FACETS:
            rows = facets(actor, RunQuery())[key]
            found = [row for row in rows if str(row["value"] or "").lower().startswith(prefix.lower())]
            return {"key": key, "newest": None, "results": found[:limit]}
        counts = Counter(_seen_values(actor, key, prefix))
    return {"key": key, "newest": NEWEST, "results": ranked(counts)[:limit]}


def keys(actor: Actor, *, prefix: str = "") -> list[dict[str, Any]]:
    """Give the keys that a search may name: those with a meaning of their own, and those in use lately."""
    require_in_key(actor, Scope.RUN_READ)
    with deadline():
        newest = visible_runs(actor).order_by("-time", "-pk").values_list("start", flat=True)[:_KEYS_FROM]
        counts = Counter(key for start in newest for key in set(_keys_in(start)))
    named = [{"key": key, "count": None} for key in sorted(NAMED_KEYS)]
    used = [
        {"key": row["value"], "count": row["count"]}
        for row in ranked(counts)
        if row["value"] not in NAMED_KEYS
    ]
    return [row for row in named + used if row["key"].startswith(prefix)][:MAX_KEYS]


def _kept(actor: Actor, key: str, prefix: str, limit: int) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {
        "scopes": array_of(visible_places(actor, RunQuery()).scopes()),
        "key": key,
        "like": wildcard_like(prefix.replace("*", "")) + "%",
        "most": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_VALUES, asked)
        return [{"value": value, "count": count} for value, count in cursor.fetchall()]


def _seen_values(actor: Actor, key: str, prefix: str) -> Iterator[Any]:
    term = Pair(key, "", Comparison.EXISTS)
    paths = PATHS_OF.get(key) or (path_of(term),)
    newest = visible_runs(actor).filter(metadata_test(term, paths)).order_by("-time", "-pk")
    columns = [_at(path) for path in paths]
    for row in newest.values_list(*columns)[:NEWEST]:
        for value in row:
            yield from (text for text in _scalars(value) if str(text).lower().startswith(prefix.lower()))


def _at(path: Path) -> Any:
    value: Any = F("start")
    for step in path:
        value = KeyTransform(step, value)
    return value


def _scalars(value: Any) -> Iterator[Any]:
    """Give the numbers and texts of a value: itself, or those of a list, each once."""
    listed = value[:_MAX_TEXT] if isinstance(value, list) else [value]
    seen = {item[:_MAX_TEXT] if isinstance(item, str) else item for item in listed if _is_scalar(item)}
    yield from seen


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _keys_in(value: Mapping[str, Any], before: str = "", depth: int = 1) -> Iterator[str]:
    for name, inner in value.items():
        part = name if _PLAIN_KEY.fullmatch(name) else f'"{name}"'
        if isinstance(inner, Mapping) and inner and depth < _MAX_DEPTH:
            yield from _keys_in(inner, f"{before}{part}.", depth + 1)
        else:
            yield before + part
