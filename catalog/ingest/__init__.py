"""The one way in: `store` takes documents, each once, in order."""

from catalog.ingest.metadata import set_metadata
from catalog.ingest.records import OrdinalGapError, Origin, Record, StoreResult
from catalog.ingest.rows import printable
from catalog.ingest.storing import store

__all__ = ["OrdinalGapError", "Origin", "Record", "StoreResult", "printable", "set_metadata", "store"]
