"""A run as JSON lines: one document a line, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from catalog.documents.encoding import dumps
from catalog.documents.pages import EVENTS, unpack
from catalog.export.json_columns import json_texts
from catalog.export.protocol import Document, ExportableRun, Exporter, Options, options_schema

_LINES_AT_ONCE = 200
_GROUPS = ("data", "timestamps", "filled")
_STRICT, _BARE = "strict", "bare"

Write = Callable[[Any], bytes]


def json_lines(documents: Iterable[tuple[int, str, bytes]]) -> Iterator[bytes]:
    """Write ``["name", {document}]`` a line, in the order of the run.

    Parameters
    ----------
    documents
        What `catalog.selectors.iter_encoded` gives: ordinal, name, and the document as JSON under the rule of
        `catalog.documents.encoding`; `loads` of that module reads a line back.
    """
    lines: list[bytes] = []
    for _, name, body in documents:
        lines.append(b'["%s",%s]\n' % (name.encode(), body))
        if len(lines) == _LINES_AT_ONCE:
            yield b"".join(lines)
            lines = []
    yield b"".join(lines)


def write_lines(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the lines of a run; option ``numbers`` says how NaN and what JSON lacks are written."""
    write = _WRITERS[options["numbers"]]
    for name, doc in run.documents():
        if name == EVENTS:
            yield event_lines(doc, write)
        else:
            yield b'["%s",%s]\n' % (name.encode(), write(doc))


def event_lines(page: Document, write: Write) -> bytes:
    """Give the lines of the events of a page, their keys in the order of the page."""
    template, columns = _template(page, write)
    if not columns:
        return b""
    return b"".join(map(template.__mod__, zip(*columns, strict=True)))


def _template(page: Document, write: Write) -> tuple[bytes, list[Sequence[bytes]]]:
    """Give the line of an event with a place for each value, and the texts of the values, column by column.

    What is written for a document and for its parts is the same but for objects of one key that begins with
    ``$``, which the rule writes otherwise; such a page is written value by value.
    """
    count = len(page["seq_num"])
    if _has_odd_keys(page):
        return b'["event",%s]\n', [[write(event) for event in unpack(page)]]
    columns: list[Sequence[bytes]] = []
    members = []
    for key, value in page.items():
        if key == "descriptor":
            members.append(_literal(write(key)) + b":" + _literal(write(value)))
        elif key in _GROUPS:
            inner = b",".join(_literal(write(name)) + b":%s" for name in value)
            members.append(_literal(write(key)) + b":{" + inner + b"}")
            columns += [json_texts(column, write) for column in value.values()]
        else:
            members.append(_literal(write(key)) + b":%s")
            columns.append(json_texts(value, write))
    assert all(len(column) == count for column in columns)
    return b'["event",{' + b",".join(members) + b"}]\n", columns


def _literal(text: bytes) -> bytes:
    return text.replace(b"%", b"%%")


def _has_odd_keys(page: Document) -> bool:
    groups: list[Mapping[str, Any]] = [page, *(page[group] for group in _GROUPS if group in page)]
    keys = [key for group in groups for key in group]
    return any(key.startswith("$") or dumps(key)[:1] != b'"' for key in keys)


def _bare(value: Any) -> bytes:
    """Write a value as most programs of the field do: NaN and infinities as words that are no JSON."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=_plain).encode()


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value of type {type(value).__name__} is not JSON-like")


_WRITERS: dict[str, Write] = {_STRICT: dumps, _BARE: _bare}

EXPORTER = Exporter(
    name="jsonl",
    title="JSON lines (every document, nothing lost)",
    ending="jsonl",
    media_type="application/jsonl",
    write=write_lines,
    options=options_schema(
        numbers={
            "enum": [_STRICT, _BARE],
            "default": _STRICT,
            "description": (
                "strict: JSON that every reader takes, NaN and what JSON lacks as objects such as "
                '{"$numberDouble": "NaN"}; bare: NaN, Infinity and large integers as Python writes them'
            ),
        }
    ),
    is_lossless=True,
    readers=("beamport", "databroker", "event-model", "any JSON reader"),
    is_repeatable=True,
)
