"""From a cell of a table, or a value of JSON, to what a service takes. No database here."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from accounts.json_gate import is_text

TRUE: Final = frozenset({"true", "yes", "1"})
FALSE: Final = frozenset({"false", "no", "0", ""})
MAX_TEXT: Final = 4_000


class CellError(ValueError):
    """A cell holds what its column cannot be."""


def text(value: Any) -> str:
    """Read text; a number of a table's program is text too."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        return ""
    if not isinstance(value, str) or not is_text(value):
        raise CellError("text without NUL")
    if len(value) > MAX_TEXT:
        raise CellError(f"at most {MAX_TEXT} characters")
    return value.strip()


def moment(value: Any) -> datetime | None:
    """Read a time with its offset from UTC.

    >>> moment("2026-11-23T08:00:00+01:00").isoformat()
    '2026-11-23T08:00:00+01:00'
    >>> moment("") is None
    True
    """
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(text(value))
    except (ValueError, OverflowError) as error:
        raise CellError("a time as in 2026-11-23T08:00:00Z") from error
    if found.tzinfo is None:
        raise CellError("a time with its offset from UTC, as in 2026-11-23T08:00:00Z")
    return found


def flag(value: Any) -> bool:
    """Read yes or no.

    >>> flag("yes"), flag("0"), flag(True)
    (True, False, True)
    """
    if isinstance(value, bool):
        return value
    word = text(value).lower()
    if word not in TRUE | FALSE:
        raise CellError("true or false")
    return word in TRUE


def names(value: Any) -> list[str]:
    """Read names: a list, or text with semicolons between them.

    >>> names("demo; other")
    ['demo', 'other']
    """
    parts = value if isinstance(value, list) else text(value).split(";")
    return [name for name in map(text, parts) if name]


def people(value: Any) -> list[dict[str, str]]:
    """Read people with roles: a list of objects, or ``ada:principal_investigator; ben``.

    >>> people("ada:observer; ben")
    [{'username': 'ada', 'role': 'observer'}, {'username': 'ben', 'role': 'member'}]
    """
    if isinstance(value, list):
        return [_person(one) for one in value]
    parts = (name.partition(":") for name in names(value))
    return [{"username": name.strip(), "role": role.strip() or "member"} for name, _, role in parts]


def thing(value: Any) -> dict[str, Any]:
    """Read an object: one, or its JSON."""
    if value in (None, ""):
        return {}
    try:
        found = value if isinstance(value, dict) else json.loads(text(value))
    except (json.JSONDecodeError, RecursionError) as error:
        raise CellError("a JSON object") from error
    if not isinstance(found, dict):
        raise CellError("a JSON object")
    return found


def _person(one: Any) -> dict[str, str]:
    if not isinstance(one, dict) or not set(one) <= {"username", "role"} or "username" not in one:
        raise CellError('objects as {"username": "ada", "role": "member"}')
    return {"username": text(one["username"]), "role": text(one.get("role")) or "member"}


Reader = Callable[[Any], Any]
