"""Audit entries as lines of CSV or JSON, one after the other, so that a log of any length goes out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from accounts.audit import CHAINED_FIELDS
from accounts.formula_guard import guarded
from accounts.models import AuditEntry

COLUMNS: Final = ("id", "at", *CHAINED_FIELDS, "previous_hash", "hash")


def as_json_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Give each entry as one line of JSON, with its hash, so that the chain can be checked elsewhere."""
    for entry in entries:
        yield json.dumps(_values(entry), ensure_ascii=False) + "\n"


def as_csv(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Give a header and a line for each entry; a cell that a spreadsheet would reckon out gets a quote."""
    yield _line(list(COLUMNS))
    for entry in entries:
        yield _line([_cell(value) for value in _values(entry).values()])


def _values(entry: AuditEntry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in COLUMNS}
    return {**values, "at": entry.at.isoformat()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
