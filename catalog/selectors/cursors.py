"""Where a page of runs begins: signed, so that only what we gave out comes back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core import signing

from accounts.errors import InvalidError
from catalog.queries import RunQuery

_SALT = "catalog.runs"
_MAX_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Position:
    """The last run of a page, by the values of its order, and how many runs were counted for the pages.

    ``asked`` stands for the question, so that the count is taken for no other.
    """

    names: tuple[str, ...]
    values: list[Any]
    count: int
    asked: str


def digest_of(query: RunQuery) -> str:
    """Give a short text that stands for what a query asks, but for times, order and page."""
    asked = (
        query.terms,
        query.plan,
        query.proposal,
        query.beamline,
        query.status,
        query.scan_id,
        query.recent,
    )
    return hashlib.sha256(repr(asked).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def write_cursor(position: Position) -> str:
    """Give the cursor of the page after a run.

    Raises
    ------
    InvalidError
        A value to sort by is too long for an address.
    """
    content = [list(position.names), position.values, position.count, position.asked]
    cursor = signing.dumps(content, salt=_SALT, compress=True)
    if len(cursor) > _MAX_CHARACTERS:
        advice = "the values of this key are too long to give pages by; sort by another key"
        raise InvalidError("The runs cannot be sorted so.", fields={"sort": [advice]})
    return cursor


def read_cursor(cursor: str, names: tuple[str, ...]) -> Position:
    """Give what a cursor says.

    Parameters
    ----------
    names
        The order that is asked for now.

    Raises
    ------
    InvalidError
        It is not one of ours, or of another order.
    """
    try:
        if len(cursor) > _MAX_CHARACTERS or not cursor.isascii():
            raise signing.BadSignature("not one of ours")
        order, values, count, asked = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _refused("send what 'next' of the last page said") from error
    if tuple(order) != names:
        raise _refused("it belongs to another order; begin again without it")
    return Position(names, values, count, asked)


def _refused(advice: str) -> InvalidError:
    return InvalidError("This cursor cannot be used.", fields={"cursor": [advice]})
