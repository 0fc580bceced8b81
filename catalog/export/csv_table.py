"""A stream as CSV (RFC 4180, UTF-8), slice by slice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from accounts.formula_guard import guarded
from catalog.documents.encoding import to_storable
from catalog.export.json_columns import json_texts
from catalog.export.protocol import COLUMNS, STREAM, ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import inline_keys

_NUMBERS = frozenset({float, int, type(None)})
_NEEDS_QUOTES = (",", '"', "\n", "\r")
GUARD_ON = "text that a spreadsheet would run as a formula begins with ' here"
GUARD_OFF = "text is written as it is"

Text = Callable[[str], str]


def csv_table(
    slices: Iterable[Any], *, uid: str, stream: str, columns: Sequence[str], is_guarded: bool = True
) -> Iterator[bytes]:
    """Write rows as CSV: one comment line, the column names, the rows.

    Columns are ``seq_num``, ``time`` (POSIX seconds) and the data keys. Missing values are empty, NaN and the
    infinities are ``nan``, ``inf`` and ``-inf``, arrays and objects are JSON.

    Parameters
    ----------
    slices
        Objects with ``seq_num``, ``time`` and ``data``, such as `Rows`.
    is_guarded
        Put ``'`` before text that spreadsheets take for a formula (it begins with one of ``= + - @ | %``, a
        tab, or a line break). Numbers are never changed. The comment line says which way it is.
    """
    guard = GUARD_ON if is_guarded else GUARD_OFF
    comment = f"# Beamport run {uid}, stream {json.dumps(stream)}; formula guard: {guard}"
    text = _guarded if is_guarded else _as_it_is
    head = [b"seq_num", b"time", *(_cell(key, text) for key in columns)]
    yield comment.encode() + b"\r\n" + b",".join(head) + b"\r\n"
    for part in slices:
        yield _lines([part.seq_num, part.time, *(part.data[key] for key in columns)], text, part)


def _lines(columns: list[Sequence[Any]], text: Text, part: Any) -> bytes:
    is_written = getattr(part, "is_written", False)
    cells = [_written(column) if is_written else _cells(column, text) for column in columns]
    lines = b"\r\n".join(map(b",".join, zip(*cells, strict=True)))
    return lines + b"\r\n" if lines else b""


def _written(column: Sequence[Any]) -> list[bytes]:
    """Give cells of a column whose floats are text already, and which holds no other text."""
    return [v.encode() if type(v) is str else b"" if v is None else str(v).lower().encode() for v in column]


def _cells(column: Sequence[Any], text: Text) -> list[bytes]:
    if set(map(type, column)) <= _NUMBERS:
        texts = json_texts(column, _number)
        return [b"" if cell == b"null" else cell for cell in texts] if None in column else texts
    return [_cell(value, text) for value in column]


def _number(value: Any) -> bytes:
    if value is None:
        return b"null"
    return repr(value).encode()


def _cell(value: Any, text: Text) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, str):
        return _quoted(text(value))
    if type(value) in _NUMBERS:
        return _number(value)
    return _quoted(json.dumps(to_storable(value), ensure_ascii=False, separators=(",", ":")))


def _quoted(text: str) -> bytes:
    if any(sign in text for sign in _NEEDS_QUOTES):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode("utf-8", "replace")


def _guarded(text: str) -> str:
    return guarded(_as_it_is(text))


def _as_it_is(text: str) -> str:
    return text.replace("\0", "\ufffd")


def write_csv(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give a stream of a run as CSV."""
    stream = options["stream"]
    columns = list(options["columns"]) or inline_keys(run, stream)
    rows = run.rows(stream, columns)
    return csv_table(
        rows,
        uid=str(run.start["uid"]),
        stream=stream,
        columns=columns,
        is_guarded=options["guard"] == "on",
    )


EXPORTER = Exporter(
    name="csv",
    title="CSV table of a stream",
    ending="csv",
    media_type="text/csv; charset=utf-8",
    write=write_csv,
    options=options_schema(
        stream=STREAM,
        columns=COLUMNS,
        guard={
            "enum": ["on", "off"],
            "default": "on",
            "description": "on: text that a spreadsheet would run as a formula begins with '; off: as it is",
        },
    ),
    loses="metadata, other streams, units, timestamps of values, arrays in files",
    readers=("pandas", "spreadsheets"),
    is_repeatable=True,
)
