"""From a body of CSV or JSON to rows of each kind, each cell read, each fault kept with its row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accounts.errors import InvalidError
from accounts.imports import cells
from accounts.imports.cells import CellError, Reader

MAX_ROWS: Final = 5_000

COLUMNS: Final[Mapping[str, Mapping[str, Reader]]] = {
    "people": {
        "username": cells.text,
        "external_id": cells.text,
        "email": cells.text,
        "first_name": cells.text,
        "last_name": cells.text,
        "is_active": cells.flag,
    },
    "proposals": {
        "number": cells.text,
        "external_id": cells.text,
        "title": cells.text,
        "beamlines": cells.names,
        "starts_at": cells.moment,
        "ends_at": cells.moment,
        "is_closed": cells.flag,
        "data_owner": cells.text,
    },
    "members": {
        "proposal": cells.text,
        "username": cells.text,
        "role": cells.text,
        "is_removed": cells.flag,
    },
    "visits": {
        "external_id": cells.text,
        "proposal": cells.text,
        "beamline": cells.text,
        "starts_at": cells.moment,
        "ends_at": cells.moment,
        "local_contact": cells.text,
        "note": cells.text,
        "members": cells.people,
        "is_cancelled": cells.flag,
    },
    "samples": {
        "proposal": cells.text,
        "name": cells.text,
        "external_id": cells.text,
        "composition": cells.text,
        "preparation": cells.text,
        "contrast": cells.text,
        "hazards": cells.names,
        "metadata": cells.thing,
        "holder": cells.text,
        "position": cells.text,
        "is_archived": cells.flag,
    },
}
"""The columns of each kind, in the order in which kinds are imported: people before those who name them."""

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "people": ("username",),
    "proposals": ("number",),
    "members": ("proposal", "username"),
    "visits": ("external_id", "proposal", "beamline", "starts_at", "ends_at"),
    "samples": ("proposal", "name"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its kind, its place (from 1), what it says, and what is wrong with that."""

    kind: str
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)


def rows_of_csv(kind: str, table: str) -> list[Row]:
    """Give the rows of a table with a header line; a column that is left out says nothing.

    Raises
    ------
    InvalidError
        There is no such kind, no header, an unknown column, or there are too many rows.
    """
    _check_kind(kind)
    dialect = ";" if table.split("\n", 1)[0].count(";") > table.split("\n", 1)[0].count(",") else ","
    reader = csv.reader(io.StringIO(table), delimiter=dialect)
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InvalidError(f"The table cannot be read: {error}.", fields={"table": [str(error)]}) from error
    if not lines:
        raise InvalidError("The table is empty.", fields={"table": ["a header line and rows"]})
    header = [name.strip().lower() for name in lines[0]]
    _check_columns(kind, header)
    _check_count(len(lines) - 1)
    return [_row_of_cells(kind, number, header, line) for number, line in enumerate(lines[1:], 1)]


def rows_of_json(body: Any) -> list[Row]:
    """Give the rows of an object with a list for each kind, in the order in which kinds are imported.

    Raises
    ------
    InvalidError
        It has another shape, an unknown kind, or too many rows.
    """
    if not isinstance(body, dict) or not all(isinstance(rows, list) for rows in body.values()):
        raise InvalidError(
            "Send an object with a list for each kind.",
            fields={"body": [f"kinds are {', '.join(COLUMNS)}"]},
        )
    for kind in body:
        _check_kind(kind)
    _check_count(sum(len(rows) for rows in body.values()))
    return [_row(kind, number, one) for kind in COLUMNS for number, one in enumerate(body.get(kind, []), 1)]


def _row_of_cells(kind: str, number: int, header: list[str], line: list[str]) -> Row:
    if len(line) > len(header):
        return Row(kind, number, faults={"row": [f"{len(line)} cells under {len(header)} columns"]})
    said = {name: cell for name, cell in zip(header, line, strict=False) if cell.strip()}
    return _row(kind, number, said)


def _row(kind: str, number: int, said: Any) -> Row:
    if not isinstance(said, dict):
        return Row(kind, number, faults={"row": ["an object of columns and values"]})
    values: dict[str, Any] = {}
    faults = dict(_unknown(kind, said))
    for name, reader in COLUMNS[kind].items():
        if name in said:
            try:
                values[name] = reader(said[name])
            except CellError as error:
                faults[name] = [str(error)]
    for name in REQUIRED[kind]:
        if name not in faults and not values.get(name):
            faults[name] = ["is needed"]
    return Row(kind, number, values, faults)


def _unknown(kind: str, said: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name in said:
        if name not in COLUMNS[kind]:
            yield str(name)[:100], [f"no column of {kind}"]


def _check_columns(kind: str, header: list[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS[kind]]
    if unknown or len(set(header)) < len(header):
        named = ", ".join(unknown)[:200] or "one stands twice"
        raise InvalidError(
            f"These are not the columns of {kind}: {named}.",
            fields={"table": [f"columns of {kind} are {', '.join(COLUMNS[kind])}"]},
        )


def _check_kind(kind: str) -> None:
    if kind not in COLUMNS:
        raise InvalidError("There is no such kind.", fields={"kind": [f"one of {', '.join(COLUMNS)}"]})


def _check_count(count: int) -> None:
    if count > MAX_ROWS:
        raise InvalidError(f"{count} rows are too many.", fields={"table": [f"at most {MAX_ROWS} at once"]})
