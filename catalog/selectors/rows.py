"""How many rows the table of a stream has."""

from __future__ import annotations

from accounts.actor import Actor
from catalog.ingest import printable
from catalog.models import EventPage
from catalog.selectors.runs import run
from catalog.selectors.tables import table


def row_count(actor: Actor, uid: str, stream: str) -> int:
    """Give the number of rows of a stream: one for each seq_num that has an event.

    Where the pages of a stream follow each other without gap and repetition, their sizes tell; else the rows
    are counted.
    """
    row = run(actor, uid)
    pages = EventPage.objects.filter(
        run=row, stream=printable(stream), first_ordinal__lte=row.last_ordinal
    ).order_by("first_seq")
    total, expected = 0, None
    for first, last, size in pages.values_list("first_seq", "last_seq", "size"):
        if size != last - first + 1 or (expected is not None and first != expected):
            return len(table(actor, uid, stream, columns=[])["seq_num"])
        expected = last + 1
        total += size
    return total
