"""A table of plans, one a row, as people paste or upload it: CSV, tab-separated, XLSX.

Cells are literals. Nothing of a table is ever computed: of a formula the value counts that its program left.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from acquisition.plans.wording import near
from acquisition.queue.cells import CellError, read_cell

MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 200
MAX_UNPACKED: Final = 64 * 1024 * 1024
XLSX_MAGIC: Final = b"PK\x03\x04"
#: Columns that say something of the item; the others are parameters of its plan.
ITEM_COLUMNS: Final = ("plan", "note", "priority", "not_before")
METADATA: Final = ("metadata.", "md.")

Lines = Sequence[Sequence[Any]]


class SheetError(ValueError):
    """The table as a whole cannot be read; the message says why."""


@dataclass(slots=True)
class Row:
    """One row: what it asks for, or what is wrong with it.

    Parameters
    ----------
    line
        Its number in the table as people count, the heading being 1.
    item
        Plan, parameters, metadata, and what else an item may have.
    faults
        Messages by column.
    """

    line: int
    item: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)


def lines_of(data: bytes) -> Lines:
    """Give the cells of a table line by line, as many lines as show that it is too long.

    Parameters
    ----------
    data
        A CSV or tab-separated text in UTF-8, or an XLSX file, whose first sheet counts.

    Raises
    ------
    SheetError
        The file cannot be read, or is too large.
    """
    lines = _xlsx_lines(data) if is_spreadsheet(data) else _text_lines(data)
    return list(lines)[: MAX_ROWS + 2]


def is_spreadsheet(data: bytes) -> bool:
    """Tell whether a table is an XLSX file and no text."""
    return data.startswith(XLSX_MAGIC)


def read_sheet(lines: Lines, plans: Mapping[str, Mapping[str, Any]], *, plan: str = "") -> list[Row]:
    """Read a table into items.

    Parameters
    ----------
    lines
        What `lines_of` gives of it.
    plans
        Descriptions of the plans by name.
    plan
        The plan of rows that name none.

    Raises
    ------
    SheetError
        It is no table, or too large.
    """
    heading, *below = lines or [[]]
    columns = [str("" if cell is None else cell).strip() for cell in heading]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise SheetError("The first row must name the columns: plan, and parameters of the plans.")
    if len(columns) > MAX_COLUMNS:
        raise SheetError(f"The table has {len(columns)} columns; {MAX_COLUMNS} are the most.")
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    if doubled:
        raise SheetError(f"Columns that stand twice: {', '.join(doubled)}.")
    rows = [_row(n, columns, cells, plans, plan) for n, cells in enumerate(below, 2) if _has_content(cells)]
    if len(rows) > MAX_ROWS:
        raise SheetError(f"The table has more than {MAX_ROWS} rows.")
    if not rows:
        raise SheetError("Below the heading there is no row.")
    return rows


def text_of(lines: Lines) -> str:
    """Give the lines of a spreadsheet as tab-separated text that reads the same."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    for cells in lines:
        writer.writerow(["" if cell is None else _as_text(cell) for cell in cells])
    return text.getvalue().rstrip("\t\n") + "\n"


def _as_text(cell: Any) -> str:
    return str(cell.isoformat() if hasattr(cell, "isoformat") else cell)


def _text_lines(data: bytes) -> Iterator[Sequence[Any]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError("The table is neither UTF-8 text nor an XLSX file.") from error
    first = text.split("\n", 1)[0]
    delimiter = max("\t;,", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise SheetError(f"The table cannot be read: {error}.") from error


def _xlsx_lines(data: bytes) -> Iterator[Sequence[Any]]:
    """Give the rows; a formula is the value that its program left with it, else its own text."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise SheetError(f"Unpacked the file has {unpacked} bytes; {MAX_UNPACKED} are the most.")
        kept, written = (
            load_workbook(io.BytesIO(data), read_only=True, data_only=is_kept)
            .worksheets[0]
            .iter_rows(values_only=True, max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1)
            for is_kept in (True, False)
        )
        for values, texts in zip(kept, written, strict=True):
            yield _to_the_last(
                [text if value is None else value for value, text in zip(values, texts, strict=True)]
            )
    except SheetError:
        raise
    except Exception as error:  # a broken file makes openpyxl raise nearly anything
        raise SheetError(f"The XLSX file cannot be read: {error}.") from error


def _to_the_last(cells: Sequence[Any]) -> Sequence[Any]:
    """Give a row without the empty cells behind its last one."""
    return cells[: max((n for n, cell in enumerate(cells, 1) if cell is not None), default=0)]


def _has_content(cells: Sequence[Any]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in cells)


def _row(
    line: int,
    columns: Sequence[str],
    cells: Sequence[Any],
    plans: Mapping[str, Mapping[str, Any]],
    default_plan: str,
) -> Row:
    filled = {
        name: cell
        for name, cell in zip(columns, cells, strict=False)
        if name and cell is not None and str(cell).strip()
    }
    row = Row(line)
    beyond = [cell for cell in cells[len(columns) :] if cell is not None and str(cell).strip()]
    if beyond:
        row.faults["row"] = [f"{len(beyond)} cells stand beyond the last named column"]
    plan = str(filled.get("plan", default_plan)).strip()
    description = plans.get(plan)
    if description is None:
        told = f"there is no plan {plan!r} here." if plan else "name a plan."
        row.faults["plan"] = [f"{told}{near(plan, plans)}"]
        return row
    row.item = {"plan": plan, "parameters": {}, "metadata": {}}
    _fill(row, filled, description)
    return row


def _fill(row: Row, filled: Mapping[str, Any], description: Mapping[str, Any]) -> None:
    specs = {spec["name"]: spec for spec in description["parameters"]}
    members = _members(specs.values())
    groups: dict[str, dict[int, dict[str, Any]]] = {}
    for name, cell in filled.items():
        base, number = _numbered(name)
        try:
            if name in ITEM_COLUMNS:
                _fill_item(row, name, cell)
            elif name.startswith(METADATA):
                row.item["metadata"][name.split(".", 1)[1]] = read_cell(None, cell)
            elif name in specs:
                row.item["parameters"][name] = read_cell(specs[name], cell)
            elif base in members:
                group, spec = members[base]
                groups.setdefault(group, {}).setdefault(number, {})[base] = read_cell(spec, cell)
            else:
                known = ", ".join([*specs, *members])
                row.faults[name] = [f"{row.item['plan']} has no such parameter; it has {known}"]
        except CellError as error:
            row.faults[name] = [str(error)]
    for group, numbered in groups.items():
        names = [member["name"] for member in specs[group]["repeat"]]
        row.item["parameters"][group] = [
            [given[name] for name in names if name in given] for _, given in sorted(numbered.items())
        ]


def _fill_item(row: Row, name: str, cell: Any) -> None:
    if name == "priority":
        row.item[name] = read_cell({"type": "integer"}, cell)
    elif name != "plan":
        row.item[name] = _as_text(cell).strip()


def _members(specs: Any) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Give the members of repeated groups, which are columns of their own: motor, start, stop, motor_2 ..."""
    return {member["name"]: (spec["name"], member) for spec in specs for member in spec.get("repeat") or []}


def _numbered(name: str) -> tuple[str, int]:
    """Part ``start_2`` or ``start 2`` into its name and number; without a number it is the first.

    Examples
    --------
    >>> _numbered("start_2"), _numbered("start 12"), _numbered("start"), _numbered("x_y")
    (('start', 2), ('start', 12), ('start', 1), ('x_y', 1))
    """
    for mark in ("_", " "):
        base, found, number = name.rpartition(mark)
        if found and number.isdecimal() and len(number) < 4:
            return base.strip(), int(number)
    return name, 1
