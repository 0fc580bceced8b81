"""Join small event pages to large ones."""

from __future__ import annotations

from catalog.documents.pages import join, to_storable_page
from catalog.ingest.rows import PAGE_EVENTS, PAGE_WEIGHT, ordinals_of, sparse
from catalog.models import EventPage, Run


def compact(run: Run) -> None:
    """Join the small event pages of a run to pages of at most `PAGE_EVENTS` events.

    Called inside the transaction that stores documents: at each thousandth document and at the stop.
    """
    small = EventPage.objects.filter(
        run=run, is_document=False, size__lt=PAGE_EVENTS, weight__lt=PAGE_WEIGHT
    ).order_by("descriptor", "first_ordinal")
    held: list[EventPage] = []
    for row in small.iterator(chunk_size=50):
        if held and not _fits(held, row):
            _replace_by_one(held)
            held = []
        held.append(row)
    _replace_by_one(held)


def _fits(held: list[EventPage], row: EventPage) -> bool:
    return (
        held[0].descriptor == row.descriptor
        and held[0].layout == row.layout
        and sum(h.size for h in held) + row.size <= PAGE_EVENTS
        and sum(h.weight for h in held) + row.weight <= PAGE_WEIGHT
        and _are_neighbours(held[-1], row)
    )


def _are_neighbours(before: EventPage, after: EventPage) -> bool:
    """Tell whether no page of the descriptor lies between: joined over it, pages would overlap."""
    if after.first_ordinal - before.last_ordinal <= 1:
        return True
    between = EventPage.objects.filter(
        run=after.run_id,
        descriptor=after.descriptor,
        first_ordinal__gt=before.first_ordinal,
        first_ordinal__lt=after.first_ordinal,
    )
    return not between.exists()


def _replace_by_one(rows: list[EventPage]) -> None:
    if len(rows) < 2:
        return
    ordinals = [n for row in rows for n in ordinals_of(row)]
    first = rows[0]
    joined = EventPage(
        run_id=first.run_id,
        descriptor=first.descriptor,
        stream=first.stream,
        first_ordinal=ordinals[0],
        last_ordinal=ordinals[-1],
        ordinals=sparse(ordinals),
        first_seq=min(row.first_seq for row in rows),
        last_seq=max(row.last_seq for row in rows),
        size=len(ordinals),
        weight=sum(row.weight for row in rows),
        page=to_storable_page(join([row.page for row in rows])),
        layout=first.layout,
    )
    EventPage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    joined.save(force_insert=True)
