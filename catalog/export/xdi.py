"""An energy scan as XDI, the X-ray absorption data interchange format.

References
----------
.. [1] B. Ravel, M. Newville, "XAFS Data Interchange: a single spectrum XAFS data file format", version 1.0:
   first line, ``# Family.key: value`` lines, ``# ///``, comments, ``#---``, column labels, numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.export.columns import Column, columns_of, plain_numbers, unit_of
from catalog.export.errors import NothingToExportError
from catalog.export.json_columns import json_texts
from catalog.export.metadata import iso_time, text_of
from catalog.export.motors import configuration_of, roles_of
from catalog.export.protocol import STREAM, ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import data_keys_of, inline_keys

EDGES = ("K", "L", "L1", "L2", "L3", "M", "M1", "M2", "M3", "M4", "M5", "N", "O")
_ENERGY_UNITS = ("ev", "kev")
_STANDARD = ("i0", "itrans", "ifluor", "irefer", "mutrans", "mufluor", "murefer")
_NOT_A_LABEL = re.compile(r"[^A-Za-z0-9_]+")
_ENDS = re.compile(r"[\r\n\t\0]+")


def write_xdi(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give an energy scan as XDI.

    Raises
    ------
    NothingToExportError
        There is no energy among the columns, or a value that the format requires is nowhere.
    """
    stream = options["stream"]
    columns = [c for c in columns_of(run, stream, inline_keys(run, stream)) if c.is_number]
    energy = _energy(run, options, columns)
    order = _order(run, stream, columns, energy)
    labels = _labels(order, energy, options)
    yield ("\n".join(_head(run, options, order, labels)) + "\n").encode()
    for rows in run.rows(stream, order):
        cells = [json_texts(plain_numbers(rows.data[key]), _number) for key in order]
        yield b"".join(b" " + b" ".join(line) + b"\n" for line in zip(*cells, strict=True))


def _energy(run: ExportableRun, options: Options, columns: Sequence[Column]) -> str:
    """Find the column of the energy: the one asked for, else what moved and has a unit of energy."""
    keys = [column.key for column in columns]
    if options["energy"]:
        if options["energy"] not in keys:
            raise NothingToExportError(f"There is no column of numbers {options['energy'][:80]!r}.")
        return str(options["energy"])
    described = data_keys_of(run, options["stream"])
    moved = roles_of(run, options["stream"], columns).axes
    for key in [*moved, *keys]:
        if (
            unit_of(described[key]).lower() in _ENERGY_UNITS and "energy" in key.lower()
        ) or key.lower() == "energy":
            return key
    raise NothingToExportError(
        "No column of the stream is an energy in eV or keV.", hint="Name one by the option energy."
    )


def _order(run: ExportableRun, stream: str, columns: Sequence[Column], energy: str) -> list[str]:
    roles = roles_of(run, stream, columns)
    rest = [*roles.signals, *roles.axes, *roles.setpoints.values()]
    return list(dict.fromkeys([energy, *rest]))


def _labels(order: Sequence[str], energy: str, options: Options) -> list[str]:
    named = {key: name for name, key in options["columns"].items()} | {energy: "energy"}
    labels: list[str] = []
    for key in order:
        plain = _NOT_A_LABEL.sub("_", key).strip("_") or "column"
        label = named.get(key) or next((n for n in _STANDARD if plain.lower() == n), plain)
        while label in labels:
            label += "_"
        labels.append(label)
    return labels


def _head(run: ExportableRun, options: Options, order: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
    described = data_keys_of(run, options["stream"])
    yield "# XDI/1.0 Beamport/1"
    for place, (key, label) in enumerate(zip(order, labels, strict=True), 1):
        unit = unit_of(described[key])
        yield f"# Column.{place}: {_plain(f'{label} {unit}')}"
    for name, value in _fields(run, options).items():
        yield f"# {name}: {_plain(value)}"
    yield "# ///"
    yield f"# {_plain(text_of(run, 'title', 'purpose') or str(run.start['uid']))}"
    yield "#" + "-" * 40
    yield "# " + " ".join(labels)


def _fields(run: ExportableRun, options: Options) -> dict[str, str]:
    """Give the metadata; `Element.symbol`, `Element.edge` and `Mono.d_spacing` are required."""
    required = {
        "Element.symbol": options["element"] or text_of(run, "element", "element_symbol"),
        "Element.edge": options["edge"] or text_of(run, "edge", "absorption_edge"),
        "Mono.d_spacing": _spacing(run, options),
    }
    missing = [name for name, value in required.items() if not value]
    if missing:
        raise NothingToExportError(
            f"XDI requires {', '.join(missing)}, and the run does not tell.",
            hint="Give them by the options element, edge and d_spacing (angstrom).",
        )
    known = {
        "Facility.name": text_of(run, "facility"),
        "Beamline.name": text_of(run, "beamline_id", "beamline"),
        "Scan.start_time": iso_time(float(run.start["time"])),
        "Scan.end_time": iso_time(float(run.stop["time"])) if run.stop else "",
        "Sample.name": text_of(run, "sample", "sample_name"),
        "Beamport.uid": str(run.start["uid"]),
    }
    return required | {name: value for name, value in known.items() if value}


def _spacing(run: ExportableRun, options: Options) -> str:
    if options["d_spacing"]:
        return repr(float(options["d_spacing"]))
    for held in configuration_of(run, options["stream"]).values():
        for key, value in held.items():
            if "d_spacing" in key and isinstance(value, int | float) and not isinstance(value, bool):
                return repr(float(value))
    value = run.start.get("d_spacing")
    return repr(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _plain(text: str) -> str:
    return _ENDS.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def _number(value: Any) -> bytes:
    return repr(value).encode()


_TEXT: Mapping[str, Any] = {"type": "string", "maxLength": 200, "default": ""}

EXPORTER = Exporter(
    name="xdi",
    title="XDI (energy scans)",
    ending="xdi",
    media_type="text/plain; charset=utf-8",
    write=write_xdi,
    options=options_schema(
        stream=STREAM,
        energy={**_TEXT, "description": "Column of the energy; found by its unit when empty."},
        columns={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "default": {},
            "description": 'Names of the format for columns, such as {"i0": "monitor"}.',
        },
        element={**_TEXT, "description": "Symbol of the absorbing element."},
        edge={"enum": ["", *EDGES], "default": "", "description": "Absorption edge."},
        d_spacing={
            "type": "number",
            "minimum": 0,
            "default": 0,
            "description": "Of the monochromator, angstrom.",
        },
    ),
    loses="other streams, arrays, most metadata",
    readers=("larch", "athena", "xdi libraries"),
    is_repeatable=True,
)
