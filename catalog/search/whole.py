"""All that a search line finds, however many."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.actor import Actor
from catalog import selectors
from catalog.queries import RunQuery
from catalog.search.questions import run_query

_PAGE = 500


def uids_found(actor: Actor, line: str) -> Iterator[str]:
    """Give the uids of all runs that a search line finds, newest first, a page of them at a time.

    Raises
    ------
    InvalidError
        The line cannot be read; the error says where.
    """
    cursor: str | None = ""
    while cursor is not None:
        page = selectors.runs(actor, run_query(line, query=RunQuery(limit=_PAGE, cursor=cursor)))
        yield from (found["uid"] for found in page.results)
        cursor = page.next
