"""Where the frame of a row lies, as the documents tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.actor import Actor
from accounts.errors import NotFoundError
from catalog.documents.encoding import loads
from catalog.models import Document, Run
from catalog.selectors.runs import run

EVERY = Q()


@dataclass(frozen=True, slots=True)
class FrameAddress:
    """One frame: file, dataset, and entries along its first axis.

    Attributes
    ----------
    run_uid
        The whole uid of the run.
    mimetype, uri, dataset
        What the stream_resource document says.
    first, count
        Entries of the dataset that the event has.
    """

    run_uid: str
    mimetype: str
    uri: str
    dataset: str
    first: int
    count: int


def frame_address(actor: Actor, uid: str, stream: str, field: str, index: int) -> FrameAddress:
    """Find frame `index` (from 0, the row of the stream) of a data key.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or its documents name no such frame.
    """
    row = run(actor, uid)
    descriptors = _descriptors(row, stream, field)
    resources = {doc["uid"]: doc for doc in _bodies(row, "stream_resource", Q(doc__data_key=field))}
    number = index + 1
    holds_it = Q(doc__seq_nums__start__lte=number, doc__seq_nums__stop__gt=number)
    known = Q(doc__descriptor__in=list(descriptors), doc__stream_resource__in=list(resources))
    datum = next(iter(_bodies(row, "stream_datum", holds_it & known)), None)
    if datum is None or index < 0:
        raise NotFoundError(
            f"Run {row.uid} has no frame {index} of {field[:80]!r} in stream {stream[:80]!r}."
        )
    resource = resources[datum["stream_resource"]]
    entries = _entries_of_event(descriptors[datum["descriptor"]])
    place = datum["indices"]["start"] + number - datum["seq_nums"]["start"]
    parameters = resource["parameters"]
    return FrameAddress(
        run_uid=row.uid,
        mimetype=resource["mimetype"],
        uri=resource["uri"],
        dataset=str(parameters.get("dataset") or parameters.get("path") or ""),
        first=place * entries,
        count=entries,
    )


def _descriptors(row: Run, stream: str, field: str) -> dict[str, dict[str, Any]]:
    found = {
        doc["uid"]: doc["data_keys"][field]
        for doc in _bodies(row, "descriptor")
        if doc.get("name", "") == stream and field in doc["data_keys"]
    }
    if not found:
        raise NotFoundError(f"Run {row.uid} has no column {field[:80]!r} in stream {stream[:80]!r}.")
    return found


def _entries_of_event(data_key: dict[str, Any]) -> int:
    """Give how many entries of the file one event has: the first of three dimensions, else one."""
    shape = data_key["shape"]
    return shape[0] if len(shape) > 2 and isinstance(shape[0], int) and shape[0] > 0 else 1


def _bodies(row: Run, name: str, wanted: Q = EVERY) -> list[Any]:
    """Give the documents of one name that fulfil a condition, the latest first."""
    rows = Document.objects.filter(wanted, run=row, name=name)
    return [loads(body) for body in rows.order_by("-ordinal").values_list("body", flat=True)]
