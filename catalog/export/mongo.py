"""A run for MongoDB: as a dump that ``mongorestore`` reads, or written into a server.

One collection a kind of document, named as `suitcase-mongo` names them; ``_id`` is the run's uid and the
document's place in it, so that the order comes back and writing a run twice changes nothing.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import bson

from catalog.export.columns import chunks
from catalog.export.escapes import escaped
from catalog.export.protocol import Document, ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import single
from catalog.export.zip_stream import Member, zipped

COLLECTIONS = {
    "start": "run_start",
    "descriptor": "event_descriptor",
    "event": "event",
    "event_page": "event_page",
    "resource": "resource",
    "datum": "datum",
    "datum_page": "datum_page",
    "stream_resource": "stream_resource",
    "stream_datum": "stream_datum",
    "stop": "run_stop",
}
"""Collection of each kind of document."""

LARGEST = 16 * 2**20 - 16 * 2**10
"""Most bytes of one document that a server takes, with room for what it adds."""

_IN_MEMORY = 2**20
_AT_ONCE = 1000
_INDEXED = {
    "run_start": ("uid", "time"),
    "run_stop": ("uid", "run_start"),
    "event_descriptor": ("uid", "run_start"),
    "event": ("uid", "descriptor"),
    "event_page": ("descriptor",),
    "resource": ("uid",),
    "datum": ("datum_id", "resource"),
    "datum_page": ("resource",),
    "stream_resource": ("uid",),
    "stream_datum": ("uid", "stream_resource"),
}


def placed(run: ExportableRun) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each document with the collection it belongs to and the ``_id`` it has there."""
    uid = str(run.start["uid"])
    for number, (name, doc) in enumerate(single(run.documents())):
        yield COLLECTIONS[name], {"_id": {"run": uid, "n": number}, **_plain(doc)}


def write_dump(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give a ZIP file with the folder ``dump/<database>/`` as ``mongodump`` writes it."""
    return zipped(_members(run, f"dump/{options['database']}"))


def write_to_server(
    run: ExportableRun, database: Any, *, progress: Callable[[int], None] | None = None
) -> int:
    """Write a run into a database of a server, and return how many documents it has.

    Parameters
    ----------
    database
        A database of `pymongo`. Documents that are there already are replaced by equal ones.
    progress
        Called with the number of documents written so far.
    """
    from pymongo import ReplaceOne

    for collection, keys in _INDEXED.items():
        for key in keys:
            database[collection].create_index(key)
    held: dict[str, list[Any]] = {}
    written = 0
    for collection, doc in placed(run):
        batch = held.setdefault(collection, [])
        batch.append(ReplaceOne({"_id": doc["_id"]}, doc, upsert=True))
        written += 1
        if len(batch) >= _AT_ONCE:
            database[collection].bulk_write(held.pop(collection), ordered=False)
            if progress is not None:
                progress(written)
    for collection, batch in held.items():
        database[collection].bulk_write(batch, ordered=False)
    if progress is not None:
        progress(written)
    return written


def _plain(doc: Document) -> dict[str, Any]:
    plain: dict[str, Any] = escaped(doc)
    return plain


def _members(run: ExportableRun, folder: str) -> Iterator[Member]:
    """Give events while they are read, and after them the other collections, which are small."""
    time = float(run.start["time"])
    kept: dict[str, Any] = {}
    yield Member(f"{folder}/event.bson", _events(run, kept), time)
    yield _metadata(folder, "event", time)
    for collection, file in kept.items():
        file.seek(0)
        with file:
            yield Member(f"{folder}/{collection}.bson", chunks(file), time)
        yield _metadata(folder, collection, time)


def _events(run: ExportableRun, kept: dict[str, Any]) -> Iterator[bytes]:
    for collection, doc in placed(run):
        body = bson.encode(doc)
        if collection == "event":
            yield body
            continue
        if collection not in kept:
            kept[collection] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed when given
        kept[collection].write(body)


def _metadata(folder: str, collection: str, time: float) -> Member:
    keys = [("_id", "_id_"), *((key, f"{key}_1") for key in _INDEXED[collection])]
    indexes = [{"v": 2, "key": {key: {"$numberInt": "1"}}, "name": name} for key, name in keys]
    about = {"options": {}, "indexes": indexes, "collectionName": collection, "type": "collection"}
    return Member(f"{folder}/{collection}.metadata.json", [json.dumps(about).encode()], time)


EXPORTER = Exporter(
    name="bson",
    title="MongoDB dump (every document, nothing lost)",
    ending="bson.zip",
    media_type="application/zip",
    write=write_dump,
    options=options_schema(
        database={
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{1,60}$",
            "default": "beamport",
            "description": "Database that mongorestore writes into.",
        }
    ),
    is_lossless=True,
    readers=("mongorestore", "bson", "beamport"),
    is_repeatable=True,
)
