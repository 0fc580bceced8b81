"""Turn events into event pages and back, losing nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from catalog.documents.encoding import escape_keys, is_plain_column, keep_order, to_storable

Layout = tuple[tuple[str, ...], ...]

EVENTS = "events"
"""Name of an event page whose rows were single events: a quick way to hand on many; no document itself."""

_ROW_GROUPS = ("data", "timestamps", "filled")


def layout_of(event: Mapping[str, Any]) -> Layout:
    """Give the order of an event's keys: of the event itself, of data, of timestamps, of filled.

    Events of one layout fit one page without loss; jsonb forgets the order of keys, so stores keep the layout
    beside the page.
    """
    filled = event.get("filled")
    return (
        tuple(event),
        tuple(event.get("data") or ()),
        tuple(event.get("timestamps") or ()),
        tuple(filled) if filled else (),
    )


def runs_of_one_layout(events: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Cut a sequence of events where the descriptor or the layout changes."""
    held: list[Mapping[str, Any]] = []
    held_as: tuple[Any, Layout] | None = None
    for event in events:
        kind = (event["descriptor"], layout_of(event))
        if held and kind != held_as:
            yield held
            held = []
        held_as = kind
        held.append(event)
    if held:
        yield held


def pack(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make one event page of events that share a descriptor and a layout.

    Raises
    ------
    ValueError
        If there is no event, or the events differ in layout or descriptor.

    Examples
    --------
    >>> event = {"uid": "a", "time": 1.0, "seq_num": 1, "descriptor": "d", "data": {"x": 2}, "timestamps": {}}
    >>> pack([event])["data"]
    {'x': [2]}
    """
    if not events:
        raise ValueError("a page needs at least one event")
    first = events[0]
    layout = layout_of(first)
    if any(layout_of(e) != layout or e["descriptor"] != first["descriptor"] for e in events):
        raise ValueError(
            "the events of a page must share one descriptor, and the same keys in the same order"
        )
    return columns_of(events, layout)


def columns_of(events: Sequence[Mapping[str, Any]], layout: Layout) -> dict[str, Any]:
    """Make one event page of events that are known to share a descriptor and this layout."""
    page: dict[str, Any] = {}
    inner = dict(zip(_ROW_GROUPS, layout[1:], strict=True))
    for key in layout[0]:
        column = [event[key] for event in events]
        if key == "descriptor":
            page[key] = column[0]
        elif key in inner:
            page[key] = {name: [values[name] for values in column] for name in inner[key]}
        else:
            page[key] = column
    return page


def unpack(
    page: Mapping[str, Any], layout: Sequence[Sequence[str]] | None = None
) -> Iterator[dict[str, Any]]:
    """Give the events of a page one by one, with their keys in the order of `layout` (or of the page)."""
    top, data, stamps, filled = layout if layout is not None else layout_of(page)
    groups = [(g, keys) for g, keys in zip(_ROW_GROUPS, (data, stamps, filled), strict=True) if g in page]
    columns = {g: [page[g][key] for key in keys] for g, keys in groups}
    order = dict(groups)
    for row in range(len(page["seq_num"])):
        event: dict[str, Any] = {}
        for key in top:
            if key == "descriptor":
                event[key] = page[key]
            elif key in columns:
                event[key] = dict(zip(order[key], [column[row] for column in columns[key]], strict=True))
            else:
                event[key] = page[key][row]
        yield event


def join(pages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make one page of several that share a descriptor and a layout."""
    first = pages[0]
    joined: dict[str, Any] = {}
    for key, value in first.items():
        if key == "descriptor":
            joined[key] = value
        elif key in _ROW_GROUPS:
            joined[key] = {inner: [v for page in pages for v in page[key][inner]] for inner in value}
        else:
            joined[key] = [v for page in pages for v in page[key]]
    return joined


def rows_of(page: Mapping[str, Any], rows: slice) -> dict[str, Any]:
    """Give some rows of an event page as an event page.

    Examples
    --------
    >>> page = {"descriptor": "d", "seq_num": [1, 2], "data": {"x": [3, 4]}}
    >>> rows_of(page, slice(1, 2))["data"]
    {'x': [4]}
    """
    cut: dict[str, Any] = {}
    for key, value in page.items():
        if key == "descriptor":
            cut[key] = value
        elif key in _ROW_GROUPS:
            cut[key] = {inner: column[rows] for inner, column in value.items()}
        else:
            cut[key] = value[rows]
    return cut


def to_storable_page(page: Mapping[str, Any]) -> dict[str, Any]:
    """Give an event page for jsonb under the encoding rule, looking at plain columns only as wholes.

    The order of columns is that of the layout, kept apart; the order of keys within values is written down.
    """
    stored: dict[str, Any] = {}
    for key, value in page.items():
        if key in _ROW_GROUPS:
            stored[key] = escape_keys({inner: _storable_column(column) for inner, column in value.items()})
        else:
            stored[key] = _storable_column(value)
    return escape_keys(stored)


def _storable_column(column: Any) -> Any:
    return column if type(column) is list and is_plain_column(column) else keep_order(to_storable(column))


def pack_datums(datums: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make one datum page of datums that share a resource and the names of their arguments."""
    if not datums:
        raise ValueError("a page needs at least one datum")
    first = datums[0]
    if any(
        d["resource"] != first["resource"] or set(d["datum_kwargs"]) != set(first["datum_kwargs"])
        for d in datums
    ):
        raise ValueError("the datums of a page must share one resource and the names of their arguments")
    return {
        "resource": first["resource"],
        "datum_id": [d["datum_id"] for d in datums],
        "datum_kwargs": {key: [d["datum_kwargs"][key] for d in datums] for key in first["datum_kwargs"]},
    }


def unpack_datums(page: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the datums of a datum page one by one."""
    for row, datum_id in enumerate(page["datum_id"]):
        kwargs = {key: column[row] for key, column in page["datum_kwargs"].items()}
        yield {"datum_id": datum_id, "resource": page["resource"], "datum_kwargs": kwargs}
