"""Join small event pages to large ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.documents.pages import join
from catalog.ingest.rows import PAGE_EVENTS, PAGE_WEIGHT, page_rows
from catalog.models import EventPage, Run
from catalog.storage.reading import StoredPage, read_pages
from catalog.storage.writing import PageRows, write_pages


@dataclass(frozen=True, slots=True)
class _Small:
    """What is asked of a small page before it is read."""

    pk: int
    descriptor: str
    layout: str
    first_ordinal: int
    last_ordinal: int
    size: int
    weight: int


def compact(run: Run) -> int:
    """Join the small event pages of a run to pages of at most `PAGE_EVENTS` events.

    Called inside the transaction that stores documents: at each thousandth document and at the stop.

    Returns
    -------
    int
        How many pages were joined to others.
    """
    joined = 0
    held: list[_Small] = []
    for small in _small_pages(run):
        if held and not _fits(run, held, small):
            joined += _replace_by_one(run, held)
            held = []
        held.append(small)
    return joined + _replace_by_one(run, held)


def _small_pages(run: Run) -> list[_Small]:
    rows = EventPage.objects.filter(run=run, is_document=False, size__lt=PAGE_EVENTS, weight__lt=PAGE_WEIGHT)
    fields = ("pk", "descriptor", "layout", "first_ordinal", "last_ordinal", "size", "weight")
    found = rows.order_by("descriptor", "first_ordinal").values_list(*fields)
    return [_Small(pk, descriptor, str(layout), *rest) for pk, descriptor, layout, *rest in found]


def _fits(run: Run, held: Sequence[_Small], small: _Small) -> bool:
    return (
        held[0].descriptor == small.descriptor
        and held[0].layout == small.layout
        and sum(h.size for h in held) + small.size <= PAGE_EVENTS
        and sum(h.weight for h in held) + small.weight <= PAGE_WEIGHT
        and _are_neighbours(run, held[-1], small)
    )


def _are_neighbours(run: Run, before: _Small, after: _Small) -> bool:
    """Tell whether no page of the descriptor lies between: joined over it, pages would overlap."""
    if after.first_ordinal - before.last_ordinal <= 1:
        return True
    between = EventPage.objects.filter(
        run=run,
        descriptor=after.descriptor,
        first_ordinal__gt=before.first_ordinal,
        first_ordinal__lt=after.first_ordinal,
    )
    return not between.exists()


def _replace_by_one(run: Run, small: Sequence[_Small]) -> int:
    if len(small) < 2:
        return 0
    rows = EventPage.objects.filter(pk__in=[row.pk for row in small])
    joined = _joined(run, read_pages(rows))
    rows.delete()
    write_pages([joined])
    return len(small)


def _joined(run: Run, pages: Sequence[StoredPage]) -> PageRows:
    first = pages[0]
    return page_rows(
        join([page.document() for page in pages]),
        first.layout,
        [n for page in pages for n in page.ordinals],
        sum(page.weight for page in pages),
        run=run,
        descriptor=first.descriptor,
        stream=first.stream,
    )
