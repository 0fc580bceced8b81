"""A stream as CSV (RFC 4180, UTF-8), row by row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from catalog.documents.encoding import to_storable
from catalog.selectors import TableSlice

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_PLAIN = frozenset({float, int, type(None)})
_PLAIN_OR_TEXT = _PLAIN | {str}
GUARD_ON = "text that a spreadsheet would run as a formula begins with ' here"
GUARD_OFF = "text is written as it is"


def csv_table(
    slices: Iterable[TableSlice], *, uid: str, stream: str, columns: Sequence[str], is_guarded: bool = True
) -> Iterator[bytes]:
    """Write rows as CSV: one comment line, the column names, the rows.

    Columns are ``seq_num``, ``time`` (POSIX seconds) and the data keys. Missing values are empty, NaN and the
    infinities are ``nan``, ``inf`` and ``-inf``, arrays and objects are JSON.

    Parameters
    ----------
    is_guarded
        Put ``'`` before text that spreadsheets take for a formula (it begins with one of ``= + - @``, a tab,
        or a line break). Numbers are never changed. The comment line says which way it is.
    """
    guard = GUARD_ON if is_guarded else GUARD_OFF
    comment = f"# Beamport run {uid}, stream {json.dumps(stream)}; formula guard: {guard}"
    text = _guarded if is_guarded else _as_it_is
    yield f"{comment}\r\n".encode()
    yield _lines([["seq_num", "time", *(text(key) for key in columns)]])
    for part in slices:
        write = _written if part.is_written else text
        cells = [part.seq_num, part.time, *(_cells(part.data[key], write) for key in columns)]
        yield _lines(zip(*cells, strict=True))


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")


def _cells(column: list[Any], text: Any) -> list[Any]:
    kinds = set(map(type, column))
    if kinds <= _PLAIN or (text is _written and kinds <= _PLAIN_OR_TEXT):
        return column
    return [_cell(value, text) for value in column]


def _cell(value: Any, text: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(value)
    return json.dumps(to_storable(value), ensure_ascii=False, separators=(",", ":"))


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text.replace("\0", "\ufffd")


def _written(text: str) -> str:
    return text


def _as_it_is(text: str) -> str:
    return text.replace("\0", "\ufffd")
