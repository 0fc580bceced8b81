"""The documents of a run, given back as they came and in their order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from accounts.access import Scope, visible
from accounts.actor import Actor
from catalog.documents.encoding import loads
from catalog.documents.pages import unpack
from catalog.ingest import ordinals_of
from catalog.models import Document, EventPage, Quarantine, Run
from catalog.selectors.runs import run
from catalog.selectors.windows import Window, windows

Entry = tuple[int, str, Any]
"""Ordinal, name, document."""

MAX_LIMIT = 10_000


def documents(actor: Actor, uid: str, *, since: int = -1, limit: int = 1000) -> list[Entry]:
    """Give the documents of a run after ordinal `since`, `limit` at most (10,000 at the most).

    Ordinals that are in quarantine are passed over.
    """
    row = run(actor, uid)
    limit = max(0, min(limit, MAX_LIMIT))
    found: list[Entry] = []
    for entry in _in_order(row, since):
        if len(found) == limit:
            break
        found.append(entry)
    return found


def iter_documents(actor: Actor, uid: str, *, scope: Scope = Scope.RUN_READ) -> Iterator[Entry]:
    """Give all documents of a run one by one; memory holds a few pages at a time."""
    return _in_order(run(actor, uid, scope=scope), -1)


def quarantined(actor: Actor, uid: str) -> list[dict[str, Any]]:
    """Give what was refused or remarked on in a run: ordinal, name, reason, whether it is stored."""
    row = run(actor, uid)
    rows = visible(actor, Quarantine.objects.filter(run_uid=row.uid, beamline=row.beamline_id))
    return list(rows.values("ordinal", "name", "reason", "is_stored")[:1000])


def _in_order(row: Run, since: int) -> Iterator[Entry]:
    """Give what was stored when `row` was read: a prefix of the run, whatever comes meanwhile."""
    singles = _singles(row, since)
    events = _events(row, since)
    return heapq.merge(singles, events, key=_ordinal_of)


def _ordinal_of(entry: Entry) -> int:
    return entry[0]


def _singles(row: Run, since: int) -> Iterator[Entry]:
    while True:
        rows = Document.objects.filter(run=row, ordinal__gt=since, ordinal__lte=row.last_ordinal).order_by(
            "ordinal"
        )
        chunk = list(rows.values_list("ordinal", "name", "body")[:200])
        for ordinal, name, body in chunk:
            yield ordinal, name, loads(body)
        if len(chunk) < 200:
            return
        since = chunk[-1][0]


def _events(row: Run, since: int) -> Iterator[Entry]:
    for window in windows(EventPage.objects.filter(run=row), since, row.last_ordinal):
        yield from heapq.merge(*(_inside(window, page) for page in window.pages), key=_ordinal_of)


def _inside(window: Window, page: EventPage) -> Iterator[Entry]:
    return (entry for entry in _entries(page) if window.holds(entry[0]))


def _entries(page: EventPage) -> Iterator[Entry]:
    if page.is_document:
        yield page.first_ordinal, "event_page", _as_it_came(page)
        return
    for ordinal, event in zip(ordinals_of(page), unpack(page.page, page.layout), strict=True):
        yield ordinal, "event", event


def _as_it_came(page: EventPage) -> dict[str, Any]:
    """Give a page that came as a document, its keys in their order."""
    top, *groups = page.layout
    order = dict(zip(("data", "timestamps", "filled"), groups, strict=True))
    return {
        key: {inner: page.page[key][inner] for inner in order[key]} if key in order else page.page[key]
        for key in top
    }
