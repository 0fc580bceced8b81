"""A run as JSON lines: one document a line, strict JSON, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_LINES_AT_ONCE = 200


def json_lines(documents: Iterable[tuple[int, str, bytes]]) -> Iterator[bytes]:
    """Write ``["name", {document}]`` a line, in the order of the run.

    Values that JSON has no form for are written under the rule of `catalog.documents.encoding`; `loads` of
    that module reads a line back.

    Parameters
    ----------
    documents
        What `catalog.selectors.iter_encoded` gives: ordinal, name, and the document as JSON.
    """
    lines: list[bytes] = []
    for _, name, body in documents:
        lines.append(b'["%s",%s]\n' % (name.encode(), body))
        if len(lines) == _LINES_AT_ONCE:
            yield b"".join(lines)
            lines = []
    yield b"".join(lines)
