"""Keep what cannot be stored as it came, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from catalog.documents.encoding import MAX_DEPTH, dumps
from catalog.documents.errors import EncodingError
from catalog.ingest.records import Record
from catalog.ingest.rows import Place, printable
from catalog.models import Quarantine


def keep(place: Place, record: Record, reason: str, *, is_stored: bool) -> None:
    """Write one document into quarantine, or with `is_stored` a remark on one that is stored."""
    body = _bytes_of(record.doc)
    Quarantine.objects.bulk_create(
        [
            Quarantine(
                run_uid=printable(record.run),
                ordinal=record.ordinal,
                name=printable(record.name)[:80],
                beamline_id=place.beamline_id,
                proposal_id=place.proposal_id,
                reason=printable(reason)[:4000],
                is_stored=is_stored,
                digest=hashlib.sha256(body).hexdigest(),
                body=None if is_stored else body,
            )
        ],
        ignore_conflicts=True,
    )


def _bytes_of(doc: Any) -> bytes:
    """Write a document that may not be JSON-like as well as it can be."""
    try:
        return dumps(doc)
    except EncodingError:
        return ascii(_cut(doc, MAX_DEPTH // 2)).encode()


def _cut(value: Any, depth: int) -> Any:
    if depth == 0:
        return "... nested deeper"
    if isinstance(value, Mapping):
        return {key: _cut(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(inner, depth - 1) for inner in value]
    return value
