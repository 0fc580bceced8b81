"""What the values of a stream's columns are, whatever their descriptors say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.actor import Actor
from catalog.ingest import printable
from catalog.models import EventColumn, EventPage, Run
from catalog.selectors.blocks import blocks, chosen_columns, data_keys_of
from catalog.selectors.runs import run
from catalog.storage.columns import KINDS, Part, Values
from catalog.storage.reading import Wanted, read_pages

_OF_TYPES = {float: "floats", int: "ints", bool: "bools", str: "texts", type(None): "nulls"}
_OF_DTYPES = {"f": "floats", "i": "ints", "b": "bools"}
_EXACT_IN_FLOATS = 2**53
_PAGES_AT_ONCE = 16


def column_kinds(
    actor: Actor, uid: str, stream: str, *, columns: Sequence[str] | None = None
) -> dict[str, frozenset[str]]:
    """Tell for each column which kinds of values it holds.

    Returns
    -------
    dict
        Of each key some of ``floats``, ``ints``, ``wide`` (integers that a float does not hold), ``bools``,
        ``texts``, ``nulls``, ``other``, and ``floats2``, ``ints3`` ... for arrays of that many dimensions,
        events being the first.
    """
    row = run(actor, uid)
    keys = data_keys_of(row, stream)
    return kinds_of(row, stream, keys, chosen_columns(keys, stream, columns))


def kinds_of(
    row: Run, stream: str, keys: Mapping[str, Any], chosen: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Give what `column_kinds` gives, of a run that was found; `keys` are the stream's data keys."""
    found = _typed_kinds(row, stream, chosen)
    for key, kinds in _envelope_kinds(row, stream, chosen).items():
        found[key] |= kinds
    looked_at = [key for key in chosen if keys[key]["dtype"] == "array" or {"floats", "ints"} <= found[key]]
    found.update(_kinds_of_values(row, stream, looked_at))
    return {key: frozenset(found[key]) for key in chosen}


def _pages(row: Run, stream: str) -> QuerySet[EventPage]:
    return EventPage.objects.filter(
        run=row, stream=printable(stream), first_ordinal__lte=row.last_ordinal
    ).order_by("first_ordinal")


def _typed_kinds(row: Run, stream: str, keys: Sequence[str]) -> dict[str, set[str]]:
    """Give the kinds of typed arrays that each column has."""
    typed = EventColumn.objects.filter(
        page__in=_pages(row, stream), part=Part.DATA, key__in=[printable(key) for key in keys]
    )
    counted: Iterable[Any] = typed.values("key").annotate(**{kind: Count(kind) for kind in KINDS})
    found: dict[str, set[str]] = {key: set() for key in keys}
    for counts in counted:
        kinds = {"texts" if kind == "uuids" else kind for kind in KINDS if counts[kind]}
        found.get(counts["key"], set()).update(kinds)
    return found


def _envelope_kinds(row: Run, stream: str, keys: Sequence[str]) -> dict[str, set[str]]:
    """Give the kinds of values of those pages that have some of the columns in their envelope."""
    found: dict[str, set[str]] = {key: set() for key in keys}
    typed = Count("columns", filter=Q(columns__part=Part.DATA, columns__key__in=[printable(k) for k in keys]))
    pages = list(_pages(row, stream).annotate(n=typed).filter(n__lt=len(keys)).values_list("pk", flat=True))
    for at in range(0, len(pages), _PAGES_AT_ONCE):
        some = EventPage.objects.filter(pk__in=pages[at : at + _PAGES_AT_ONCE])
        for page in read_pages(some, Wanted(tuple(keys), timestamps=False, times=False)):
            for key in keys:
                column = page.column(Part.DATA, key)
                found[key].update({"nulls"} if column is None else _kinds(column))
    return found


def _kinds_of_values(row: Run, stream: str, keys: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {key: set() for key in keys}
    for block in blocks(row, stream, keys, times=False) if keys else ():
        for key in keys:
            found[key].update(_kinds(block.data[key]))
    return found


def _kinds(column: Values) -> Iterable[str]:
    if not isinstance(column, list):
        kind = _OF_DTYPES[column.dtype.kind]
        yield kind if column.ndim == 1 else f"{kind}{column.ndim}"
        if (
            kind == "ints"
            and column.size
            and (column.max() > _EXACT_IN_FLOATS or column.min() < -_EXACT_IN_FLOATS)
        ):
            yield "wide"
        return
    yield from {_OF_TYPES.get(type(value), "other") for value in column}
    if any(type(value) is int and abs(value) > _EXACT_IN_FLOATS for value in column):
        yield "wide"
    if any(type(value) is int and not -(2**63) <= value < 2**63 for value in column):
        yield "other"
