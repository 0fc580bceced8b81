"""A run as NeXus/HDF5: what default plotters, validators and analysis programs of the field open.

::

    entry: NXentry                     @default -> data
      title, start_time, end_time, duration, entry_identifier (uid), experiment_identifier, program_name
      instrument: NXinstrument
        <signal>: NXdetector           data (rows, ...)
        <axis>: NXpositioner           name, value (rows), target_value if the plan sent it somewhere
      sample: NXsample  user: NXuser
      data: NXdata                     @signal, @axes, @auxiliary_signals: the chosen stream
      data_<stream>: NXdata            further streams
      documents: NXcollection          start, stop, descriptors as JSON; text columns

References
----------
.. [1] NeXus classes and definitions, "NXdata" and "Rules for storing data items in NeXus files".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from accounts.errors import BeamportError
from catalog.export.by_file import by_file
from catalog.export.columns import Column, Kind, columns_of, unit_of, whole
from catalog.export.frame_files import Linked, copy_frames, linked_file
from catalog.export.metadata import iso_time, metadata_of, text_of
from catalog.export.motors import Roles, roles_of
from catalog.export.protocol import ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import data_keys_of, external_keys, inline_keys, streams_of

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_]+")
_MAIN = ("primary",)


def write_nexus(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the file."""
    return by_file(partial(_write, run, options), "nxs")


def _write(run: ExportableRun, options: Options, path: Path) -> None:
    with h5py.File(path, "w", libver=("earliest", "v110"), track_order=True) as file:
        file.attrs["default"] = "entry"
        entry = _group(file, "entry", "NXentry")
        _describe(entry, run)
        _group(entry, "instrument", "NXinstrument")
        _text(entry["instrument"], "name", text_of(run, "beamline_id", "beamline", "instrument"))
        streams = streams_of(run)
        main = next((stream for stream in _MAIN if stream in streams), streams[0] if streams else None)
        names: set[str] = set(entry)
        for stream in sorted(streams, key=lambda stream: stream != main):
            wanted = "data" if stream == main else f"data_{_name(stream)}"
            _Stream(run, stream, options).write(entry, _free(wanted, names), is_main=stream == main)
        _documents(entry, run)


def _describe(entry: Any, run: ExportableRun) -> None:
    start, stop = run.start, run.stop or {}
    begun = float(start["time"])
    title = text_of(run, "title", "purpose", "scan_name")
    _text(entry, "title", title or f"{text_of(run, 'plan_name') or 'run'} {start.get('scan_id', '')}".strip())
    _text(entry, "start_time", iso_time(begun))
    if "time" in stop:
        _text(entry, "end_time", iso_time(float(stop["time"])))
        entry.create_dataset("duration", data=max(0.0, float(stop["time"]) - begun)).attrs["units"] = "s"
    _text(entry, "entry_identifier", str(start["uid"]))
    _text(entry, "experiment_identifier", text_of(run, "proposal", "proposal_id"))
    _text(entry, "program_name", "Beamport")
    sample = _group(entry, "sample", "NXsample")
    _text(sample, "name", text_of(run, "sample", "sample_name") or "not told")
    user = _group(entry, "user", "NXuser")
    _text(user, "name", text_of(run, "user", "username", "operator", "login_id") or "not told")


@dataclass
class _Stream:
    """One stream on its way into the file."""

    run: ExportableRun
    stream: str
    options: Options

    def write(self, entry: Any, name: str, *, is_main: bool) -> None:
        """Write its columns into the instrument, if it is the main one, and its NXdata."""
        run, stream = self.run, self.stream
        columns = columns_of(run, stream, inline_keys(run, stream))
        roles = roles_of(run, stream, columns)
        values = whole(run, stream, columns)
        drawn = [c for c in columns if c.is_number or c.kind is Kind.ARRAY]
        _texts(entry, stream, [c for c in columns if c not in drawn], values)
        data = _Plot(run, stream, drawn, roles, values)
        frames = external_keys(run, stream)
        if is_main:
            self._instrument(entry["instrument"], drawn, roles, values)
            for key in frames:
                self._frames(entry["instrument"], key)
        if data.can_be_drawn:
            data.write(_group(entry, name, "NXdata"))
            if is_main:
                entry.attrs["default"] = name
        elif is_main and frames:
            self._frames_to_draw(entry, name, frames)

    def _instrument(
        self, instrument: Any, columns: Sequence[Column], roles: Roles, values: Mapping[str, NDArray[Any]]
    ) -> None:
        described = data_keys_of(self.run, self.stream)
        sent, moved = set(roles.setpoints.values()), set(roles.axes)
        names = set(instrument)
        for column in columns:
            key, unit = column.key, unit_of(described[column.key])
            if key in sent and any(target in moved for target, k in roles.setpoints.items() if k == key):
                continue  # the target_value of its positioner
            is_moved = key in moved or key in sent
            group = _group(instrument, _free(_name(key), names), "NXpositioner" if is_moved else "NXdetector")
            _text(group, "name" if is_moved else "local_name", key)
            _put(group, "value" if is_moved else "data", values[key], unit)
            target = roles.setpoints.get(key)
            if is_moved and target is not None and target in values:
                _put(group, "target_value", values[target], unit)

    def _frames(self, instrument: Any, key: str) -> None:
        """Write an NXdetector for a field in files, or say why there is none of its values."""
        group = _group(instrument, _free(_name(key), set(instrument)), "NXdetector")
        _text(group, "local_name", key)
        how = self.options["frames"]
        try:
            link = linked_file(self.run, self.stream, key) if how == "link" else None
            if isinstance(link, Linked) and self.run.array(self.stream, key).shape:
                group["data"] = h5py.ExternalLink(link.path, link.dataset)
            elif how != "none":
                copy_frames(group, "data", self.run.array(self.stream, key))
        except BeamportError as error:
            group.attrs["missing"] = str(error)

    def _frames_to_draw(self, entry: Any, name: str, keys: Sequence[str]) -> None:
        for key in keys:
            detector = entry["instrument"].get(_name(key))
            if detector is not None and isinstance(detector.get("data", getlink=True), h5py.HardLink):
                group = _group(entry, name, "NXdata")
                group["data"] = detector["data"]
                group.attrs["signal"] = "data"
                group.attrs["axes"] = ["."] * group["data"].ndim
                entry.attrs["default"] = name
                return


class _Plot:
    """What an NXdata of a stream shows: signals over the axes of the plan, or over time."""

    def __init__(
        self,
        run: ExportableRun,
        stream: str,
        columns: Sequence[Column],
        roles: Roles,
        values: Mapping[str, NDArray[Any]],
    ) -> None:
        self.run, self.stream, self.values = run, stream, values
        by_key = {column.key: column for column in columns}
        self.described = data_keys_of(run, stream)
        self.axes = [key for key in roles.axes if key in by_key and by_key[key].is_number]
        flat = [key for key in roles.signals if key in by_key and by_key[key].is_number]
        self.signals = flat or [key for key in roles.signals if key in by_key] or self.axes[:1]
        self.grid = _grid(run, [values[key] for key in self.axes[:2]])

    @property
    def can_be_drawn(self) -> bool:
        """Tell whether there is anything to draw."""
        return bool(self.signals) and len(self.values[":time"]) > 0

    def write(self, group: Any) -> None:
        """Write signals, axes and the attributes that plotters follow."""
        names = {key: _name(key) for key in self.signals}
        for key in self.signals:
            _put(group, names[key], self._shaped(self.values[key]), unit_of(self.described[key]))
        group.attrs["signal"] = names[self.signals[0]]
        others = [names[key] for key in self.signals[1:] if np.shape(self.values[key]) == self._rows]
        if others:
            group.attrs["auxiliary_signals"] = others
        axes = self._write_axes(group)
        rest = group[names[self.signals[0]]].ndim - len(axes)
        group.attrs["axes"] = [*axes, *["."] * rest]

    @property
    def _rows(self) -> tuple[int, ...]:
        return (len(self.values[":time"]),)

    def _shaped(self, values: NDArray[Any]) -> NDArray[Any]:
        return self.grid.shaped(values) if self.grid is not None and values.shape == self._rows else values

    def _write_axes(self, group: Any) -> list[str]:
        if self.grid is not None:
            axes = dict(zip(self.axes[:2], self.grid.lines, strict=True))
        else:
            axes = {key: self.values[key] for key in self.axes if key not in self.signals}
        if not axes:
            times = self.values[":time"] - float(self.run.start["time"])
            _put(group, "elapsed_time", times, "s")
            group.attrs["elapsed_time_indices"] = 0
            return ["elapsed_time"]
        for place, (key, line) in enumerate(axes.items()):
            _put(group, _name(key), line, unit_of(self.described[key]))
            group.attrs[f"{_name(key)}_indices"] = place if self.grid is not None else 0
        names = [_name(key) for key in axes]
        return names if self.grid is not None else names[-1:]


@dataclass(frozen=True)
class _Grid:
    """A whole grid of two axes: the row of the table that each cell has, and the places along both."""

    order: NDArray[Any]
    lines: tuple[NDArray[Any], NDArray[Any]]

    def shaped(self, values: NDArray[Any]) -> NDArray[Any]:
        """Put a column into the cells."""
        return values[self.order]


def _grid(run: ExportableRun, positions: Sequence[NDArray[Any]]) -> _Grid | None:
    """Give the grid if the plan said that it takes one and each cell was taken once, however it went.

    Cells are found by the order of the positions: row by row along the slow axis, sorted along the fast one,
    so that a scan that goes forth and back comes right.
    """
    shape = run.start.get("shape")
    if len(positions) != 2 or not isinstance(shape, list | tuple) or len(shape) != 2:
        return None
    slow, fast = positions
    if not all(isinstance(side, int) and side > 0 for side in shape) or shape[0] * shape[1] != len(slow):
        return None
    rows = np.arange(len(slow)).reshape(shape)
    if not (np.isfinite(slow).all() and np.isfinite(fast).all()):
        return None
    order = np.take_along_axis(rows, np.argsort(fast[rows], axis=1, kind="stable"), axis=1)
    order = order[np.argsort(slow[order].mean(axis=1), kind="stable")]
    return _Grid(order, (slow[order].mean(axis=1), fast[order].mean(axis=0)))


def _documents(entry: Any, run: ExportableRun) -> None:
    group = entry.get("documents") or _group(entry, "documents", "NXcollection")
    for name, value in metadata_of(run).items():
        from catalog.documents.encoding import write_json

        _text(group, name, write_json(value).decode("utf-8", "replace"))


def _texts(entry: Any, stream: str, columns: Sequence[Column], values: Mapping[str, NDArray[Any]]) -> None:
    if not columns:
        return
    group = entry.get("documents") or _group(entry, "documents", "NXcollection")
    group = _group(group, f"text_{_name(stream)}", "NXcollection")
    names: set[str] = set()
    for column in columns:
        group.create_dataset(
            _free(_name(column.key), names), data=list(values[column.key]), dtype=h5py.string_dtype()
        )


def _group(parent: Any, name: str, nx_class: str) -> Any:
    group = parent.create_group(name, track_order=True)
    group.attrs["NX_class"] = nx_class
    return group


def _text(group: Any, name: str, text: str) -> None:
    if text:
        plain = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
        group.create_dataset(name, data=plain, dtype=h5py.string_dtype())


def _put(group: Any, name: str, values: NDArray[Any], unit: str) -> None:
    values = values.astype(np.uint8) if values.dtype == np.bool_ else values
    big = {"compression": "gzip", "compression_opts": 1, "shuffle": True} if values.nbytes > 2**16 else {}
    dataset = group.create_dataset(name, data=values, **big)
    if unit:
        dataset.attrs["units"] = unit


def _name(text: str) -> str:
    """Give a name that NeXus takes: letters, digits and ``_``, no digit first."""
    plain = _NOT_A_NAME.sub("_", text).strip("_") or "column"
    return (f"n{plain}" if plain[0].isdigit() else plain)[:63]


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[:58]}_{number}"
    taken.add(found)
    return found


EXPORTER = Exporter(
    name="nexus",
    title="NeXus/HDF5 (every stream, with images)",
    ending="nxs",
    media_type="application/x-hdf5",
    write=write_nexus,
    options=options_schema(
        frames={
            "enum": ["copy", "link", "none"],
            "default": "copy",
            "description": "copy: images into the file; link: refer to their HDF5 files; none: left out",
        }
    ),
    loses="timestamps of values, uids of events",
    readers=("nexusformat", "silx", "h5py", "DAWN", "napari"),
)
