"""Rows made of documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.documents.encoding import dumps, loads
from catalog.documents.pages import Layout, columns_of, layout_of
from catalog.documents.sequence import StreamShape
from catalog.ingest.records import Origin, Record
from catalog.models import Document, EventPage, Run
from catalog.storage.packing import pack_columns
from catalog.storage.writing import PageRows

PAGE_EVENTS = 1000
"""Most events of one page."""

PAGE_WEIGHT = 400_000
"""A page of more values is not joined with others."""

_SEARCH_CHARACTERS = 50_000  # PostgreSQL refuses a text whose words take more than 1 MiB
_SCALARS = frozenset({float, int, bool, type(None)})


@dataclass(frozen=True)
class Place:
    """Where documents come from, as rows."""

    origin: Origin
    beamline_id: int
    proposal_id: int | None


def sparse(ordinals: Sequence[int]) -> list[int] | None:
    """Give ordinals as a page keeps them: None where they are dense."""
    is_dense = ordinals[-1] - ordinals[0] + 1 == len(ordinals)
    return None if is_dense else list(ordinals)


def new_run(place: Place, record: Record) -> Run:
    """Make the row of a run from its start document."""
    doc, origin = record.doc, place.origin
    return Run(
        uid=record.run,
        beamline_id=place.beamline_id,
        proposal_id=place.proposal_id,
        username=printable(place.origin.username),
        item_uid=place.origin.item_uid or "",
        time=float(doc["time"]),
        scan_id=scan_id_of(doc),
        plan_name=plan_name_of(doc),
        start=doc,
        search_text=search_text((origin.username, origin.proposal or "", origin.beamline), doc),
    )


def scan_id_of(start: Mapping[str, Any]) -> int | None:
    """Give the scan_id of a run as its row keeps it."""
    scan_id = start.get("scan_id")
    return scan_id if isinstance(scan_id, int) and abs(scan_id) < 2**63 else None


def plan_name_of(start: Mapping[str, Any]) -> str:
    """Give the name of a run's plan as its row keeps it."""
    return printable(str(start.get("plan_name") or ""))[:200]


def search_text(words: Sequence[str], doc: Mapping[str, Any]) -> str:
    """Give the words that a run is found by: `words`, and the texts and whole numbers of its metadata."""
    found: list[str] = list(words)
    room = _SEARCH_CHARACTERS
    pending: list[Any] = [dict(doc)]
    while pending and room > 0:
        value = pending.pop()
        if isinstance(value, Mapping):
            pending.extend(reversed(list(value.values())))
        elif isinstance(value, list | tuple):
            pending.extend(reversed(value[:1000]))
        elif isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**63):
            text = str(value)[:room]
            found.append(text)
            room -= len(text) + 1
    return printable("\n".join(found))


def close(run: Run, stop: Mapping[str, Any]) -> None:
    """Write the stop document into the row of its run."""
    run.stop = dict(stop)
    run.exit_status = stop["exit_status"]
    run.reason = printable(str(stop.get("reason") or ""))
    run.stop_time = float(stop["time"])
    run.search_text = f"{run.search_text}\n{run.reason[:4000]}" if run.reason else run.search_text


def document_row(run: Run, record: Record) -> Document:
    """Make the row of a document that is no event."""
    uid = record.doc.get("uid", record.doc.get("datum_id", ""))
    body = dumps(record.doc)
    return Document(
        run=run,
        ordinal=record.ordinal,
        name=record.name,
        uid=printable(uid) if isinstance(uid, str) else "",
        doc=loads(body),
        body=body,
    )


@dataclass(frozen=True)
class EventGroup:
    """Events of one descriptor and layout that fit one page, and that page."""

    records: list[Record]
    page: Mapping[str, Any]
    layout: Layout


def grouped(records: list[Record]) -> list[list[Record]]:
    """Group events that fit one page; an event page stays alone."""
    groups: dict[Any, tuple[int, list[Record]]] = {}
    closed: list[list[Record]] = []
    for record in records:
        if record.name == "event_page":
            closed.append([record])
        elif record.name == "event":
            key = (record.doc["descriptor"], layout_of(record.doc))
            most, group = groups.get(key) or (0, [])
            if len(group) >= most:
                closed.append(group)
                group = []
                groups[key] = (_most_events(record), group)
            group.append(record)
    return [group for group in (*closed, *(group for _, group in groups.values())) if group]


def packed(group: list[Record]) -> EventGroup:
    """Make the page of a group that `grouped` gave."""
    first = group[0]
    if first.name == "event_page":
        return EventGroup(group, first.doc, layout_of(first.doc))
    layout = layout_of(first.doc)
    return EventGroup(group, columns_of([r.doc for r in group], layout), layout)


def _most_events(first: Record) -> int:
    return min(PAGE_EVENTS, PAGE_WEIGHT // (weight(first.doc) + 1) + 1)


def page_row(run: Run, streams: Mapping[str, StreamShape], group: EventGroup) -> PageRows:
    """Make the rows of a page."""
    descriptor = group.page["descriptor"]
    return page_rows(
        group.page,
        group.layout,
        [r.ordinal for r in group.records],
        weight(group.page),
        run=run,
        descriptor=printable(descriptor),
        stream=printable(streams[descriptor].stream),
        is_document=group.records[0].name == "event_page",
    )


def page_rows(
    page: Mapping[str, Any], layout: Layout, ordinals: Sequence[int], values: int, **facts: Any
) -> PageRows:
    """Make the rows of a page of about so many `values`; `facts` are further fields of `EventPage`."""
    packed_page = pack_columns(page, values)
    row = EventPage(
        first_ordinal=ordinals[0],
        last_ordinal=ordinals[-1],
        ordinals=sparse(ordinals),
        first_seq=min(page["seq_num"]),
        last_seq=max(page["seq_num"]),
        size=len(page["seq_num"]),
        weight=values,
        page=packed_page.envelope,
        layout=layout,
        shared=packed_page.shared,
        **facts,
    )
    return PageRows(row, packed_page.columns)


def weight(doc: Mapping[str, Any]) -> int:
    """Estimate the number of values in the data of an event or a page; arrays are taken as even."""
    data = doc.get("data") if isinstance(doc, Mapping) else None
    if not isinstance(data, Mapping):
        return 0
    return len(data) + sum(_extent(value) for value in data.values() if type(value) not in _SCALARS)


def _extent(value: Any) -> int:
    size = getattr(value, "size", None)
    if isinstance(size, int):
        return size
    if isinstance(value, str):
        return len(value) // 8
    count = 1
    while isinstance(value, list | tuple) and value:
        count *= len(value)
        value = value[0]
    return count


def printable(text: str) -> str:
    """Give text that a text column takes."""
    return "".join(c if c != "\0" and not "\ud800" <= c <= "\udfff" else "\ufffd" for c in text)
