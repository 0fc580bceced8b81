"""A run as JSON lines: one document a line, strict JSON, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from catalog.documents.encoding import dumps_again

_LINES_AT_ONCE = 200


def json_lines(documents: Iterable[tuple[int, str, Any]]) -> Iterator[bytes]:
    """Write ``["name", {document}]`` a line, in the order of the run.

    Values that JSON has no form for are written under the rule of `catalog.documents.encoding`; `loads` of
    that module reads a line back.
    """
    lines: list[bytes] = []
    for _, name, doc in documents:
        lines.append(b'["%s",%s]\n' % (name.encode(), dumps_again(doc)))
        if len(lines) == _LINES_AT_ONCE:
            yield b"".join(lines)
            lines = []
    yield b"".join(lines)
