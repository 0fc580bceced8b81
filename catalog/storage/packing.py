"""Event pages made ready for the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.documents.pages import to_storable_page
from catalog.storage.columns import GROUPS, ROW_KEYS, Part, TypedColumn, typed

TYPED_FROM_EVENTS = 64
"""A page of fewer events is one row: arrays of their own would take more room than they spare."""

TYPED_FROM_VALUES = 4000
"""... unless its events hold arrays of about so many values together."""


@dataclass(frozen=True, slots=True)
class PackedPage:
    """An event page in parts.

    Attributes
    ----------
    envelope
        The page as jsonb, without the columns that lie elsewhere.
    columns
        Those that became typed arrays.
    shared
        Timestamps that equal another column, key by key: the part and key of that column. Devices that are
        read together often say one time.
    """

    envelope: dict[str, Any]
    columns: list[TypedColumn]
    shared: dict[str, tuple[int, str]]


def pack_columns(page: Mapping[str, Any], weight: int) -> PackedPage:
    """Divide a page into envelope and typed arrays; ``weight`` is about the number of its values."""
    if len(page["seq_num"]) < TYPED_FROM_EVENTS and weight < TYPED_FROM_VALUES:
        return PackedPage(to_storable_page(page), [], {})
    taken: dict[tuple[Part, str], TypedColumn] = {}
    owners: dict[bytes, tuple[int, str]] = {}
    shared: dict[str, tuple[int, str]] = {}
    for part, key, column in _columns_of(page):
        found = typed(part, key, column)
        if found is None:
            continue
        owner = owners.setdefault(found.array, (part, key)) if _is_time(part, key) else (part, key)
        if owner != (part, key):
            shared[key] = owner
        taken[part, key] = found
    own = [c for c in taken.values() if c.part != Part.TIMESTAMPS or c.key not in shared]
    return PackedPage(to_storable_page(_without(page, taken)), own, shared)


def is_dense(numbers: list[Any]) -> bool:
    """Tell whether numbers count up by one: they need no column, their page knows first and last."""
    return (
        set(map(type, numbers)) == {int}
        and numbers[-1] - numbers[0] + 1 == len(numbers)
        and numbers == list(range(numbers[0], numbers[-1] + 1))
    )


def _is_time(part: Part, key: str) -> bool:
    return part == Part.TIMESTAMPS or (part == Part.ROW and key == "time")


def _columns_of(page: Mapping[str, Any]) -> Iterator[tuple[Part, str, Any]]:
    for key in ROW_KEYS:
        if key != "seq_num" or not is_dense(page[key]):
            yield Part.ROW, key, page[key]
    for group, part in GROUPS.items():
        for key, column in page.get(group, {}).items():
            yield part, key, column


def _without(page: Mapping[str, Any], taken: Mapping[tuple[Part, str], TypedColumn]) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for key, value in page.items():
        part = GROUPS.get(key)
        if part is not None:
            left[key] = {inner: column for inner, column in value.items() if (part, inner) not in taken}
        elif (Part.ROW, key) not in taken and (key != "seq_num" or not is_dense(value)):
            left[key] = value
    return left
