"""External fields of a stream as arrays: the user never sees files."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from numpy.typing import NDArray

from accounts.actor import Actor
from accounts.errors import NotFoundError, UnavailableError
from catalog.assets.errors import NoFrameError
from catalog.assets.lazy_array import LazyArray
from catalog.assets.paths import Roots
from catalog.assets.readers import open_array
from catalog.assets.registry import Readers, readers
from catalog.documents.encoding import loads
from catalog.models import Document, Run
from catalog.selectors.runs import run
from catalog.selectors.tables import slices

log = logging.getLogger(__name__)

EVERY = Q()
Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What one event has of an external field: entries ``start`` to ``stop`` of its array."""

    run_uid: str
    array: LazyArray
    start: int
    stop: int

    @property
    def version(self) -> str:
        """Text that changes whenever the file does."""
        return self.array.version(self.start, self.stop)

    def read(self) -> NDArray[Any]:
        """Read it; an event of one entry gives it without the leading axis."""
        values = self.array.read([slice(self.start, self.stop)])
        return values[0] if self.array.per_event == 1 else values


def asset_roots() -> Roots:
    """Give the folders from which files may be read, and their names on other machines.

    Raises
    ------
    UnavailableError
        The setting is wrong.
    """
    try:
        return Roots.of(settings.BEAMPORT_ASSET_ROOTS, settings.BEAMPORT_ASSET_ROOT_MAP)
    except ValueError as error:
        raise _wrong_setting("BEAMPORT_ASSET_ROOT_MAP", error) from error


def asset_readers() -> Readers:
    """Give the readers of this installation.

    Raises
    ------
    UnavailableError
        The setting is wrong.
    """
    try:
        return readers(tuple(settings.BEAMPORT_READERS))
    except (ImportError, AttributeError) as error:
        raise _wrong_setting("BEAMPORT_READERS", error) from error


def _wrong_setting(name: str, error: Exception) -> UnavailableError:
    log.error("%s: %s", name, error)
    return UnavailableError(
        "Files cannot be read here for now: a setting is wrong.",
        hint=f"An administrator can put {name} right; what is wrong is in the log.",
    )


def external_array(actor: Actor, uid: str, stream: str, field: str) -> LazyArray:
    """Give an external field of a stream as an array, entry after entry of all its events.

    Nothing but the shape is read from the files. Row `i` of the stream has the entries from
    ``i * array.per_event`` on.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or it has no such field.
    NoFrameError
        The field is not external, or no document says where its data are.
    """
    return _array(run(actor, uid), stream, field)


def frame(actor: Actor, uid: str, stream: str, field: str, index: int) -> Frame:
    """Find the entries of row `index` (from 0) of an external field; nothing of them is read.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or its documents name no such frame.
    """
    row = run(actor, uid)
    number = index + 1
    holds_it = Q(doc__seq_nums__start__lte=number, doc__seq_nums__stop__gt=number)
    missing = f"Run {row.uid} has no frame {index} of {field[:80]!r} in stream {stream[:80]!r}."
    array = _array(row, stream, field, holds_it)
    start = index * array.per_event
    if index < 0 or not array.holds(start):
        raise NoFrameError(missing)
    return Frame(row.uid, array, start, start + array.per_event)


def _array(row: Run, stream: str, field: str, wanted: Q = EVERY) -> LazyArray:
    descriptors = _descriptors(row, stream, field)
    data_key = next(iter(descriptors.values()))
    who = f"Run {row.uid}, field {field[:80]!r} of stream {stream[:80]!r}"
    if not data_key.get("external"):
        raise NoFrameError(f"{who}: its values are in the events, not in files.", hint="Ask for the table.")
    resources = _bodies(row, "stream_resource", Q(doc__data_key=field))
    return open_array(
        data_key,
        roots=asset_roots(),
        who=who,
        known=asset_readers(),
        stream_resources=resources,
        stream_datums=_stream_datums(row, list(descriptors), resources, wanted),
        **_datum_documents(row, stream, field),
    )


def external_fields(actor: Actor, uid: str, stream: str) -> list[str]:
    """Give the names of the external fields of a stream, in the order of its data keys."""
    row = run(actor, uid)
    names: dict[str, None] = {}
    for doc in _bodies(row, "descriptor"):
        if doc.get("name", "") == stream:
            names.update(dict.fromkeys(name for name, key in doc["data_keys"].items() if key.get("external")))
    return list(names)


def _descriptors(row: Run, stream: str, field: str) -> dict[str, Doc]:
    found = {
        doc["uid"]: doc["data_keys"][field]
        for doc in _bodies(row, "descriptor")
        if doc.get("name", "") == stream and field in doc["data_keys"]
    }
    if not found:
        raise NotFoundError(f"Run {row.uid} has no column {field[:80]!r} in stream {stream[:80]!r}.")
    return found


def _stream_datums(row: Run, descriptors: Sequence[str], resources: Sequence[Doc], wanted: Q) -> list[Doc]:
    known = Q(doc__descriptor__in=descriptors, doc__stream_resource__in=[doc["uid"] for doc in resources])
    return _bodies(row, "stream_datum", known & wanted)


def _datum_documents(row: Run, stream: str, field: str) -> dict[str, Any]:
    """Give resources, datums and what the events have in the field, in the order of the rows."""
    resources = _bodies(row, "resource")
    if not resources:
        return {}
    ids = [datum_id for part in slices(row, stream, [field]) for datum_id in part.data[field]]
    return {"resources": resources, "datums": _datums(row), "datum_ids": ids}


def _datums(row: Run) -> list[Doc]:
    singles = _bodies(row, "datum")
    for page in _bodies(row, "datum_page"):
        for number, datum_id in enumerate(page["datum_id"]):
            kwargs = {name: values[number] for name, values in page["datum_kwargs"].items()}
            singles.append({"datum_id": datum_id, "resource": page["resource"], "datum_kwargs": kwargs})
    return singles


def _bodies(row: Run, name: str, wanted: Q = EVERY) -> list[Any]:
    """Give the documents of one name that fulfil a condition, in their order."""
    rows = Document.objects.filter(wanted, run=row, name=name)
    return [loads(body) for body in rows.order_by("ordinal").values_list("body", flat=True)]
