"""A run as a SPEC data file: the format's own lines, so that its many readers take it.

The columns of a scan are what moved, where it was sent, ``Epoch`` (s after the ``#E`` of the file), and what
was measured, the first hinted signal last, where SPEC's readers look for it. Motors and their positions when
the run began are in ``#O`` and ``#P``. Arrays of numbers are ``@A`` lines; text has no place but comments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from catalog.export.columns import Column, Kind, columns_of, plain_numbers, unit_of
from catalog.export.json_columns import json_texts
from catalog.export.metadata import text_of
from catalog.export.motors import roles_of
from catalog.export.protocol import ExportableRun, Exporter, Options, Rows, options_schema
from catalog.export.runs import data_keys_of, inline_keys, streams_of

MOTORS_A_LINE = 8
VALUES_A_LINE = 16
_BASELINE = "baseline"

Positions = list[tuple[str, float]]
"""Motors and where they were when the run began."""

_NAN = {"inf": b"1e999", "nan": b"nan"}
_INFINITY = {True: b"1e999", False: b"-1e999"}
_BLANKS = re.compile(r"\s+")


def write_spec(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the file: its head, and a scan for each stream."""
    streams = [stream for stream in options["streams"] if stream in streams_of(run)]
    positions = _positions(run)
    yield from spec_head(run, positions)
    for stream in streams or streams_of(run)[:1]:
        yield from spec_scan(run, stream, positions, nan=options["nan"])


def spec_head(run: ExportableRun, positions: Positions) -> Iterator[bytes]:
    """Give the head of a file that begins with this run."""
    epoch = float(run.start["time"])
    names = [name for name, _ in positions]
    title = text_of(run, "title", "purpose") or "Beamport"
    lines = [
        f"#F {run.start['uid']}.spec",
        f"#E {int(epoch)}",
        f"#D {_date(epoch)}",
        f"#C {_line(title)}  User = {_line(text_of(run, 'user', 'username'))}",
        *_numbered("#O", [_label(name) for name in names], "  "),
        *_numbered("#o", [_mnemonic(name) for name in names], " "),
    ]
    yield ("\n".join(lines) + "\n").encode()


def spec_scan(run: ExportableRun, stream: str, positions: Positions, *, nan: str = "inf") -> Iterator[bytes]:
    """Give one stream as a scan; `nan` says what stands for values that are no number."""
    columns = columns_of(run, stream, inline_keys(run, stream), slices=1)
    table = _Table(run, stream, columns, _NAN[nan])
    yield ("\n".join(["", *_scan_head(run, stream, table, positions)]) + "\n").encode()
    for rows in run.rows(stream, [column.key for column in columns]):
        yield table.lines(rows)


class _Table:
    """The columns of a scan in their order, and how their rows are written."""

    def __init__(
        self, run: ExportableRun, stream: str, columns: Sequence[Column], nan: bytes = b"nan"
    ) -> None:
        self.nan = nan
        by_key = {column.key: column for column in columns}
        roles = roles_of(run, stream, columns)
        measured = [key for key in reversed(roles.signals) if by_key[key].is_number]
        moved = [key for key in roles.axes if by_key[key].is_number]
        sent = [key for key in roles.setpoints.values() if by_key[key].is_number]
        self.before = [by_key[key] for key in [*reversed(moved), *sent]]
        self.after = [by_key[key] for key in measured]
        self.arrays = [column for column in columns if column.kind is Kind.ARRAY]
        shown = {*self.before, *self.after, *self.arrays}
        self.left_out = [column.key for column in columns if column not in shown]
        self.epoch = int(float(run.start["time"]))

    @property
    def labels(self) -> list[str]:
        """Name the columns."""
        return [*(_label(c.key) for c in self.before), "Epoch", *(_label(c.key) for c in self.after)]

    def lines(self, rows: Rows) -> bytes:
        """Write some rows."""
        times = (np.array(rows.time, dtype=np.float64) - self.epoch).tolist()
        cells = [self._cells(rows.data[c.key]) for c in self.before]
        cells += [self._cells(times), *(self._cells(rows.data[c.key]) for c in self.after)]
        lines = list(map(b" ".join, zip(*cells, strict=True)))
        if self.arrays:
            arrays = [[_array_lines(value) for value in rows.data[c.key]] for c in self.arrays]
            lines = [b"".join(parts) + line for *parts, line in zip(*arrays, lines, strict=True)]
        return b"\n".join(lines) + b"\n" if lines else b""

    def _cells(self, column: Sequence[Any]) -> list[bytes]:
        return json_texts(plain_numbers(column), self._odd)

    def _odd(self, value: Any) -> bytes:
        if value != value:
            return self.nan
        return _INFINITY[value > 0] if value in (math.inf, -math.inf) else repr(value).encode()


def _scan_head(run: ExportableRun, stream: str, table: _Table, positions: Positions) -> Iterator[str]:
    start, described = run.start, data_keys_of(run, stream)
    number = start.get("scan_id")
    number = abs(number) if isinstance(number, int) and not isinstance(number, bool) else 1
    yield f"#S {number} {_command(run, stream)}"
    yield f"#D {_date(float(start['time']))}"
    yield f"#C uid = {_line(str(start['uid']))}"
    yield f"#C stream = {_line(stream)}"
    yield "#C times are in UTC"
    if table.nan != b"nan":
        yield "#C missing values and NaN are 1e999, which reads as infinity: most readers take nan for 0"
    sample = text_of(run, "sample", "sample_name")
    if sample:
        yield f"#C sample = {_line(sample)}"
    units = {c.key: unit_of(described[c.key]) for c in [*table.before, *table.after]}
    for key, unit in units.items():
        if unit:
            yield f"#C unit of {_label(key)} = {_line(unit)}"
    if table.left_out:
        yield f"#C not here, because SPEC has no place for it: {', '.join(map(_label, table.left_out))}"
    yield from _numbered("#P", [_number(value) for _, value in positions], " ")
    yield from _array_head(table.arrays)
    yield f"#N {len(table.labels)}"
    yield f"#L {'  '.join(table.labels)}"


def _array_head(arrays: Sequence[Column]) -> Iterator[str]:
    if not arrays:
        return
    length = int(np.prod(arrays[0].shape))
    yield f"#@MCA {VALUES_A_LINE}C"
    yield f"#@CHANN {length} 0 {length - 1} 1"
    for place, column in enumerate(arrays, 1):
        yield f"#C array {place} of each point = {_label(column.key)}"


def _positions(run: ExportableRun) -> Positions:
    """Give the positions when the run began: those of the baseline, then of what moved."""
    found: dict[str, float] = {}
    for stream in dict.fromkeys((_BASELINE, "primary", *streams_of(run))):
        if stream not in streams_of(run):
            continue
        columns = columns_of(run, stream, inline_keys(run, stream), slices=1)
        wanted = [c.key for c in columns if c.is_number]
        if stream != _BASELINE:
            axes = roles_of(run, stream, columns).axes
            wanted = [key for key in wanted if key in axes]
        first = next(iter(run.rows(stream, wanted)), None) if wanted else None
        for key in wanted if first is not None else ():
            (value,) = plain_numbers(first.data[key][:1] if first is not None else [])
            found.setdefault(key, float(value))
    return list(found.items())


def _command(run: ExportableRun, stream: str) -> str:
    motors = run.start.get("motors")
    words = [text_of(run, "plan_name") or "scan", *(motors if isinstance(motors, list | tuple) else ())]
    points = run.start.get("num_points")
    if isinstance(points, int):
        words.append(str(points))
    if stream != "primary":
        words.append(f"({stream})")
    return _line(" ".join(map(str, words)))


def _number(value: Any) -> str:
    if value is None:
        return "nan"
    return str(int(value)) if isinstance(value, bool) else repr(value)


def _array_lines(value: Any) -> bytes:
    texts = [_number(item) for item in np.asarray(value).ravel().tolist()]
    rows = [" ".join(texts[n : n + VALUES_A_LINE]) for n in range(0, len(texts), VALUES_A_LINE)]
    return ("@A " + "\\\n ".join(rows) + "\n").encode()


def _numbered(mark: str, words: Sequence[str], between: str) -> Iterator[str]:
    for first in range(0, len(words), MOTORS_A_LINE):
        line = between.join(words[first : first + MOTORS_A_LINE])
        yield f"{mark}{first // MOTORS_A_LINE} {line}"


def _label(text: str) -> str:
    """Give a name without what separates columns: two blanks, tabs, ends of lines."""
    return _line(text) or "_"


def _mnemonic(text: str) -> str:
    return _line(text).replace(" ", "_") or "_"


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text.encode("utf-8", "replace").decode().replace("\0", "")).strip()


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%a %b %d %H:%M:%S %Y")


EXPORTER = Exporter(
    name="spec",
    title="SPEC data file",
    ending="spec",
    media_type="text/plain; charset=utf-8",
    write=write_spec,
    options=options_schema(
        streams={
            "type": "array",
            "items": {"type": "string"},
            "default": ["primary"],
            "description": "Streams, a scan each.",
        },
        nan={
            "enum": ["inf", "nan"],
            "default": "inf",
            "description": "values that are no number; inf: as infinity; nan: as nan, which silx takes for 0",
        },
    ),
    loses="text columns, arrays in files, most metadata",
    readers=("silx", "PyMca", "spec2nexus", "larch"),
    is_repeatable=True,
)
