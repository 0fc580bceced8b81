"""The documents of a run as a JSON text sequence (RFC 7464), as the run client reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from catalog.documents.encoding import loads
from catalog.documents.pages import pack_datums

MEDIA_TYPE = "application/json-seq"

_HEADS = b'\x1e{"name":"%s","doc":'


def json_sequence(documents: Iterable[tuple[int, str, bytes]]) -> Iterator[bytes]:
    """Write documents one by one; every value comes back unchanged from a reader that takes NaN, as Python's.

    Parameters
    ----------
    documents
        Ordinal, name, and the document under the encoding rule: see `catalog.selectors.iter_encoded`.

    Yields
    ------
    bytes
        One record each. A datum is sent as a datum page, for the run client knows no single ones.
    """
    for _, name, body in documents:
        if name == "datum":
            yield _record("datum_page", _plain(pack_datums([loads(body)])))
        else:
            yield _record(name, _plain(loads(body)) if b'"$' in body else body)


def _record(name: str, body: bytes) -> bytes:
    return _HEADS % name.encode() + body + b"}\n"


def _plain(doc: Any) -> bytes:
    return json.dumps(doc, separators=(",", ":")).encode()
