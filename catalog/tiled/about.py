"""What the server says of itself."""

from __future__ import annotations

from typing import Any

from catalog.tiled.sequence import MEDIA_TYPE

QUERIES = (
    *("eq", "noteq", "in", "notin", "comparison", "contains", "like", "regex", "fulltext"),
    *("keypresent", "keys_filter", "lookup", "specs", "structure_family"),
)
LIBRARY_VERSION = "0.2.0"
"""The version of Tiled whose routes these are."""


def about(base: str) -> dict[str, Any]:
    """Give the about page; `base` is the address of the routes."""
    return {
        "api_version": 0,
        "library_version": LIBRARY_VERSION,
        "formats": {
            "array": ["application/octet-stream"],
            "table": ["application/vnd.apache.arrow.file", "text/csv"],
            "container": [MEDIA_TYPE],
        },
        "aliases": {"table": {"text/csv": ["csv"]}, "container": {MEDIA_TYPE: ["json-seq"]}, "array": {}},
        "queries": list(QUERIES),
        "authentication": {"required": True, "providers": [], "links": None},
        "links": {"self": f"{base}/", "documentation": ""},
        "meta": {"root_path": "/tiled"},
    }
