"""A run as an XLSX workbook: a sheet with its metadata and one for each stream, written row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from catalog.export.by_file import by_file
from catalog.export.columns import printable, unit_of
from catalog.export.metadata import metadata_of
from catalog.export.protocol import ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import data_keys_of, inline_keys, streams_of

MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading, the most that the format has."""

MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767
"""Most characters of a cell."""

_EXACT_TO = 2**53
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


def write_xlsx(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the workbook of a run."""
    return by_file(partial(_write, run, options), "xlsx")


def _write(run: ExportableRun, options: Options, path: Path) -> None:
    # nothing of a run is ever a formula or a link, whatever it begins with
    settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, settings) as book:
        bold = book.add_format({"bold": True})
        names = _Names()
        _write_metadata(book.add_worksheet(names.next("metadata")), run, bold)
        for stream in options["streams"] or streams_of(run):
            _write_stream(book, names, run, stream, bold)


def _write_metadata(sheet: Any, run: ExportableRun, bold: Any) -> None:
    sheet.write_row(0, 0, ["document", "key", "value"], bold)
    sheet.set_column(1, 2, 40)
    row = 1
    about = metadata_of(run)
    documents = [("start", about["start"]), *(("descriptor", doc) for doc in about["descriptors"])]
    for name, doc in [*documents, ("stop", about["stop"] or {})]:
        for key, value in _flat(doc):
            _put(sheet, row, 0, name)
            _put(sheet, row, 1, key)
            _put(sheet, row, 2, value)
            row += 1


def _flat(doc: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Give the leaves of a document with their paths, dots between."""
    items = doc.items() if isinstance(doc, Mapping) else enumerate(doc)
    for key, value in items:
        path = f"{before}.{key}" if before else str(key)
        if isinstance(value, Mapping | list) and value:
            yield from _flat(value, path)
        else:
            yield path, value


def _write_stream(book: Any, names: _Names, run: ExportableRun, stream: str, bold: Any) -> None:
    keys = inline_keys(run, stream)[: MOST_COLUMNS - 2]
    described = data_keys_of(run, stream)
    titles = ["seq_num", "time (s)", *(_title(key, described[key]) for key in keys)]
    sheet, row = None, MOST_ROWS
    for part in run.rows(stream, keys):
        columns = [part.seq_num, part.time, *(part.data[key] for key in keys)]
        for cells in zip(*columns, strict=True):
            if sheet is None or row == MOST_ROWS:
                sheet, row = _sheet(book, names.next(stream), titles, bold), 0
            row += 1
            for place, value in enumerate(cells):
                _put(sheet, row, place, value)
    if sheet is None:
        _sheet(book, names.next(stream), titles, bold)


def _sheet(book: Any, name: str, titles: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, title in enumerate(titles):
        sheet.write_string(0, place, title[:MOST_CHARACTERS], bold)
    return sheet


def _title(key: str, data_key: Mapping[str, Any]) -> str:
    unit = unit_of(data_key)
    return printable(f"{key} ({unit})" if unit else key)


def _put(sheet: Any, row: int, place: int, value: Any) -> None:
    """Write one value: numbers as numbers where a cell holds them exactly, everything else as text."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif _is_exact(value):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, printable(str(value))[:MOST_CHARACTERS])


def _is_exact(value: Any) -> bool:
    """Tell whether a cell, which is a double, holds a value exactly."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) <= _EXACT_TO


class _Names:
    """Names of sheets: 31 characters at most, each once whatever its case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def next(self, wanted: str) -> str:
        """Give a name that is still free and like the wanted one."""
        plain = printable(wanted).translate(_FORBIDDEN).strip() or "stream"
        name, number = plain[:31], 1
        while name.lower() in self._taken:
            number += 1
            name = f"{plain[: 30 - len(str(number))]} {number}"
        self._taken.add(name.lower())
        return name


EXPORTER = Exporter(
    name="xlsx",
    title="Workbook: metadata and every stream",
    ending="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    write=write_xlsx,
    options=options_schema(
        streams={
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Streams, all when empty.",
        }
    ),
    loses="timestamps of values, arrays in files, text beyond 32,767 characters of a cell",
    readers=("spreadsheets", "openpyxl", "pandas"),
)
