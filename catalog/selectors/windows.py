"""Walk the event pages of a run with little memory, also while they are joined to larger ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from catalog.models import EventPage
from catalog.storage.reading import EVERYTHING, StoredPage, Wanted, read_pages

_PAGES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Window:
    """All pages that hold an ordinal above ``after`` and below ``before``."""

    pages: list[StoredPage]
    after: int
    before: int

    def holds(self, ordinal: int) -> bool:
        """Tell whether an ordinal belongs to this window."""
        return self.after < ordinal < self.before


def windows(
    rows: QuerySet[EventPage],
    since: int,
    until: int,
    wanted: Wanted = EVERYTHING,
    *,
    first: int = _PAGES_AT_ONCE,
    most: int = _PAGES_AT_ONCE,
) -> Iterator[Window]:
    """Cut what comes after ordinal `since`, up to `until`, into windows without gap or overlap.

    Each window is one query and so one consistent look: pages that are joined between two windows are read
    again as what they became, and what was given already lies below ``after``. Pages that reach past a window
    are read again with the next.

    Parameters
    ----------
    first, most
        Pages of the first window and of the others, about: the first is small so that it is there soon.
    """
    rows = rows.filter(first_ordinal__lte=until).order_by("first_ordinal")
    size = first
    while since < until:
        rest = rows.filter(last_ordinal__gt=since)
        beyond = rest.values_list("first_ordinal", flat=True)[size : size + 1].first()
        before = until + 1 if beyond is None else beyond
        if before <= since + 1:
            size *= 2  # so many streams run at once that all these pages begin before `since`
            continue
        yield Window(read_pages(rest.filter(first_ordinal__lt=before), wanted), since, before)
        since = before - 1
        size = most
