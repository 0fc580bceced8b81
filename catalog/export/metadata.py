"""What is said about a run, as JSON: everything but events and references to files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from catalog.documents.encoding import to_storable
from catalog.export.protocol import ExportableRun, Exporter, Options


def metadata_of(run: ExportableRun) -> dict[str, Any]:
    """Give start, stop and descriptors under the encoding rule of documents."""
    about = {"start": run.start, "stop": run.stop, "descriptors": list(run.descriptors)}
    storable: dict[str, Any] = to_storable(about)
    return storable


def metadata_text(run: ExportableRun, *, indent: int | None = None) -> str:
    """Give `metadata_of` as JSON text."""
    return json.dumps(metadata_of(run), ensure_ascii=False, indent=indent)


def iso_time(seconds: float) -> str:
    """Write POSIX seconds as ISO 8601 in UTC.

    Examples
    --------
    >>> iso_time(0.5)
    '1970-01-01T00:00:00.500000+00:00'
    """
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return "1970-01-01T00:00:00+00:00"


def text_of(run: ExportableRun, *keys: str) -> str:
    """Give the first text (or the name of an object) that the start document has under one of `keys`."""
    for key in keys:
        value = run.start.get(key)
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def write_metadata(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the metadata of a run, indented for people."""
    yield metadata_text(run, indent=2).encode() + b"\n"


EXPORTER = Exporter(
    name="json",
    title="Metadata as JSON",
    ending="json",
    media_type="application/json",
    write=write_metadata,
    loses="events and references to files",
    readers=("any JSON reader",),
    is_repeatable=True,
)
