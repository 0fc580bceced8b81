"""The documents of a run, given back as they came and in their order."""

from __future__ import annotations

import bisect
import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts.access import visible
from accounts.actor import Actor
from catalog.documents.encoding import dumps, loads
from catalog.documents.fast_json import dump_plain
from catalog.documents.pages import EVENTS, layout_of, pack, rows_of
from catalog.models import Document, EventPage, Quarantine, Run
from catalog.selectors.runs import run
from catalog.selectors.windows import Window, windows
from catalog.storage.reading import StoredPage

Entry = tuple[int, str, Any]
"""Ordinal, name, document."""

MAX_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class DocumentsPage:
    """Some documents of a run, the ordinal of its last one, and whether it has ended."""

    documents: list[Entry]
    last_ordinal: int
    is_closed: bool


def documents(actor: Actor, uid: str, *, since: int = -1, limit: int = 1000) -> list[Entry]:
    """Give the documents of a run after ordinal `since`, `limit` at most (10,000 at the most).

    Ordinals that are in quarantine are passed over.
    """
    return documents_page(actor, uid, since=since, limit=limit).documents


def documents_page(actor: Actor, uid: str, *, since: int = -1, limit: int = 1000) -> DocumentsPage:
    """Give what `documents` gives, and how far the run was at that moment."""
    row = run(actor, uid)
    limit = max(0, min(limit, MAX_LIMIT))
    found = list(itertools.islice(_in_order(row, since), limit))
    return DocumentsPage(found, row.last_ordinal, not row.is_open)


def iter_documents(actor: Actor, uid: str, *, pages: bool = False) -> Iterator[Entry]:
    """Give all documents of a run one by one; memory holds a few pages at a time.

    Parameters
    ----------
    pages
        Give events as ``event_page`` documents of at most 1000 rows, much faster. Each comes at the ordinal
        of its last event, so behind the documents its events refer to; the events of a stream keep their
        order.
    """
    row = run(actor, uid)
    return paged(row) if pages else _in_order(row, -1)


def paged(row: Run) -> Iterator[Entry]:
    """Give the documents of a run, its events as pages."""
    singles = ((ordinal, name, loads(body)) for ordinal, name, body in _singles(row, -1))
    return heapq.merge(singles, _event_pages(row), key=_ordinal_of)


def iter_exact(actor: Actor, uid: str) -> Iterator[Entry]:
    """Give all documents of a run as they came and in their order, events that follow each other together.

    Those are named `EVENTS`: an event page whose rows were single events, at the ordinal of its first. A page
    that came as a document is named ``event_page``.
    """
    row = run(actor, uid)
    singles = ((ordinal, name, loads(body)) for ordinal, name, body in _singles(row, -1))
    return heapq.merge(singles, _exact_pages(row), key=_ordinal_of)


def iter_encoded(actor: Actor, uid: str, *, since: int = -1) -> Iterator[tuple[int, str, bytes]]:
    """Give the documents of a run after ordinal `since` as JSON lines: ordinal, name, bytes."""
    row = run(actor, uid)
    singles = ((ordinal, name, bytes(body)) for ordinal, name, body in _singles(row, since))
    return heapq.merge(singles, _merged(row, since, _encoded), key=_ordinal_of)


def quarantined(actor: Actor, uid: str) -> list[dict[str, Any]]:
    """Give what was refused or remarked on in a run: ordinal, name, reason, whether it is stored."""
    row = run(actor, uid)
    rows = visible(actor, Quarantine.objects.filter(run_uid=row.uid, beamline=row.beamline_id))
    return list(rows.values("ordinal", "name", "reason", "is_stored")[:1000])


def _in_order(row: Run, since: int) -> Iterator[Entry]:
    """Give what was stored when `row` was read: a prefix of the run, whatever comes meanwhile."""
    singles = ((ordinal, name, loads(body)) for ordinal, name, body in _singles(row, since))
    events = _merged(row, since, _decoded)
    return heapq.merge(singles, events, key=_ordinal_of)


def _ordinal_of(entry: Entry) -> int:
    return entry[0]


def _singles(row: Run, since: int) -> Iterator[Entry]:
    while True:
        rows = Document.objects.filter(run=row, ordinal__gt=since, ordinal__lte=row.last_ordinal)
        chunk = list(rows.order_by("ordinal").values_list("ordinal", "name", "body")[:200])
        yield from chunk
        if len(chunk) < 200:
            return
        since = chunk[-1][0]


def _merged(row: Run, since: int, read: Callable[[StoredPage], Iterator[Any]]) -> Iterator[Entry]:
    for window in windows(EventPage.objects.filter(run=row), since, row.last_ordinal):
        inside = [_inside(window, page, read) for page in window.pages]
        yield from inside[0] if len(inside) == 1 else heapq.merge(*inside, key=_ordinal_of)


def _event_pages(row: Run) -> Iterator[Entry]:
    rows = EventPage.objects.filter(run=row)
    for window in windows(rows, -1, row.last_ordinal):
        by_stream: dict[str, list[StoredPage]] = {}
        for page in window.pages:
            by_stream.setdefault(page.stream, []).append(page)
        yield from sorted(
            (entry for pages in by_stream.values() for entry in _pages_of_stream(window, pages)),
            key=_ordinal_of,
        )


def _pages_of_stream(window: Window, pages: list[StoredPage]) -> Iterator[Entry]:
    """Give what a window holds of one stream; pages that overlap are cut so that its events keep order."""
    if all(a.last_ordinal < b.first_ordinal for a, b in itertools.pairwise(pages)):
        for page in pages:
            yield from _cut(window, page)
        return
    entries = heapq.merge(*(_inside(window, page, _decoded) for page in pages), key=_ordinal_of)
    for (name, _, _), group in itertools.groupby(entries, key=_kind_of):
        held = list(group)
        if name == "event_page":
            yield from held
        else:
            yield held[-1][0], "event_page", pack([doc for _, _, doc in held])


def _exact_pages(row: Run) -> Iterator[Entry]:
    for window in windows(EventPage.objects.filter(run=row), -1, row.last_ordinal):
        parts = [_unbroken(window, page) for page in window.pages]
        yield from parts[0] if len(parts) == 1 else heapq.merge(*parts, key=_ordinal_of)


def _unbroken(window: Window, page: StoredPage) -> Iterator[Entry]:
    """Give the events of a page that belong to a window, cut wherever another document came between."""
    columns = page.document()
    if page.is_document:
        yield page.first_ordinal, "event_page", columns
        return
    ordinals = page.ordinals
    first, last = ordinals[0], ordinals[-1]
    if last - first == page.size - 1 and window.holds(first) and window.holds(last):
        yield first, EVENTS, columns
        return
    inside = [place for place, n in enumerate(ordinals) if window.holds(n)]
    # ordinals of one stretch grow with the places, so their difference stays the same
    for _, group in itertools.groupby(inside, key=lambda place: ordinals[place] - place):
        stretch = list(group)
        whole = len(stretch) == page.size
        part = columns if whole else rows_of(columns, slice(stretch[0], stretch[-1] + 1))
        yield ordinals[stretch[0]], EVENTS, part


def _kind_of(entry: Entry) -> tuple[str, str, Any]:
    _, name, doc = entry
    return (name, doc["descriptor"], layout_of(doc)) if name == "event" else (name, "", None)


def _cut(window: Window, page: StoredPage) -> Iterator[Entry]:
    """Give the part of a page that belongs to a window, as a page."""
    if page.is_document:
        yield page.first_ordinal, "event_page", page.document()
        return
    ordinals = page.ordinals
    inside = [n for n in ordinals if window.holds(n)]
    if inside:
        first = bisect.bisect_left(ordinals, inside[0])
        whole = len(inside) == len(ordinals)
        rows = slice(first, first + len(inside))
        yield inside[-1], "event_page", page.document() if whole else rows_of(page.document(), rows)


def _inside(window: Window, page: StoredPage, read: Callable[[StoredPage], Iterator[Any]]) -> Iterator[Entry]:
    """Give the documents of a page that belong to a window."""
    if page.is_document:
        return iter([(page.first_ordinal, "event_page", next(read(page)))])
    numbered = zip(page.ordinals, read(page), strict=True)
    return ((ordinal, "event", doc) for ordinal, doc in numbered if window.holds(ordinal))


def _decoded(page: StoredPage) -> Iterator[Any]:
    return iter([page.document()]) if page.is_document else page.events()


def _encoded(page: StoredPage) -> Iterator[bytes]:
    if page.is_document or not page.is_plain:
        return map(dumps, _decoded(page))
    return map(dump_plain, page.events())
