"""Which rows of a stream a later event of the same number replaces."""

from __future__ import annotations

from catalog.models import EventPage, Run
from catalog.storage.columns import Part
from catalog.storage.reading import StoredPage, Wanted, read_pages


class Replaced:
    """Knows which rows of a page a later event of the same seq_num replaces.

    A rewound plan takes points again under their old numbers. Pages say which numbers they span, so only
    pages whose span meets that of a later one are looked at closely. Only events up to the ordinal that the
    reader goes to count: each of those is in one page at any moment, also while pages are joined.
    """

    def __init__(self, row: Run, stream: str) -> None:
        self._until = row.last_ordinal
        self._pages = EventPage.objects.filter(run=row, stream=stream, first_ordinal__lte=self._until)
        spans = self._pages.order_by("first_ordinal")
        self._lowest_later = _lowest_later(
            list(spans.values_list("first_ordinal", "last_ordinal", "first_seq"))
        )

    def is_whole(self, page: StoredPage) -> bool:
        """Tell at a glance that no row of a page is replaced by an event of it or behind it."""
        lowest = self._lowest_later.get(page.first_ordinal)
        return page.is_dense and (lowest is None or page.last_seq < lowest)

    def without(self, page: StoredPage, picked: list[int]) -> list[int]:
        """Leave those rows of `picked` that no later event replaces."""
        numbers, ordinals = page.values(Part.ROW, "seq_num"), page.row_ordinals
        if len(set(numbers)) < len(numbers):
            last_at = {number: i for i, number in enumerate(numbers) if ordinals[i] <= self._until}
            picked = [i for i in picked if last_at[numbers[i]] == i]
        lowest = self._lowest_later.get(page.first_ordinal)
        if lowest is None or page.last_seq < lowest:
            return picked
        latest = self._latest(page)
        return [i for i in picked if latest.get(numbers[i], -1) <= ordinals[i]]

    def _latest(self, page: StoredPage) -> dict[int, int]:
        """Give the highest ordinal of each seq_num in the pages that reach past the beginning of `page`."""
        rows = self._pages.filter(
            last_ordinal__gt=page.first_ordinal, first_seq__lte=page.last_seq, last_seq__gte=page.first_seq
        )
        latest: dict[int, int] = {}
        for other in read_pages(rows, Wanted(keys=(), timestamps=False)):
            for number, ordinal in zip(other.values(Part.ROW, "seq_num"), other.row_ordinals, strict=True):
                if ordinal <= self._until:
                    latest[number] = max(ordinal, latest.get(number, -1))
        return latest


def _lowest_later(spans: list[tuple[int, int, int]]) -> dict[int, int]:
    """Give, for the first ordinal of each page, the lowest seq_num that an event behind it may have.

    Parameters
    ----------
    spans
        First ordinal, last ordinal and first seq_num of each page, by first ordinal.
    """
    found: dict[int, int] = {}
    lowest: int | None = None
    for first, _, seq in reversed(spans):
        if lowest is not None:
            found[first] = lowest
        lowest = seq if lowest is None else min(lowest, seq)
    reach, reaching = -1, 0
    for first, last, seq in spans:
        if first <= reach:  # a page before this one goes on behind its beginning
            found[first] = min(reaching, found.get(first, reaching))
            reaching = min(reaching, seq)
        else:
            reaching = seq
        reach = max(reach, last)
    return found
