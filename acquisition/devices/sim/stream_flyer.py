"""A simulated flyer whose points lie in a file, told of by stream_resource and stream_datum."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from acquisition.devices.errors import NotStagedError
from acquisition.devices.protocols import DataKey
from acquisition.devices.sim.axis import UnlocatedAxis
from acquisition.devices.sim.detectors import SoftDetector
from acquisition.devices.sim.flyers import SoftFlyer
from acquisition.devices.standard.column_file import ColumnFile
from acquisition.devices.standard.flight import Trajectory, plan_of
from acquisition.devices.standard.stream_assets import StreamAssets
from acquisition.devices.status import Status


class StreamFlyer(SoftFlyer):
    """Scans an axis with a detector by itself, into an HDF5 file (Preparable, Flyable, WritesStreamAssets).

    Each kickoff begins a new file. Points are written when they are asked for, so that a plan can collect
    them while it flies: ``declare_stream(flyer, name=..., collect=True)``, then
    ``collect_while_completing``.

    Parameters
    ----------
    detector, motor
        What it uses; their readings are numbers.
    folder
        Where the files go; it must exist.

    Examples
    --------
    >>> import tempfile
    >>> from acquisition.devices.sim import hardware
    >>> hw, folder = hardware(), tempfile.TemporaryDirectory()
    >>> flyer = StreamFlyer("flyer", hw.det, hw.motor, folder.name)
    >>> flyer.prepare({"start": -1, "stop": 1, "points": 5, "dwell_s": 0.1}).wait(1)
    >>> flyer.kickoff().wait(1)
    >>> flyer.complete().wait(1)
    >>> [name for name, _ in flyer.collect_asset_docs()].count("stream_datum")  # motor, setpoint, det
    3
    >>> flyer.close()
    >>> folder.cleanup()
    """

    def __init__(
        self, name: str, detector: SoftDetector, motor: UnlocatedAxis, folder: str | os.PathLike[str]
    ) -> None:
        super().__init__(name, detector, motor, 0.0, 0.0, 0)
        self.folder = Path(folder)
        self._file: ColumnFile | None = None
        self._assets: tuple[StreamAssets, ...] = ()

    @property
    def _keys(self) -> dict[str, DataKey]:
        return {**self.motor.describe(), **self.detector.describe()}

    def prepare(self, value: Any) -> Status:
        """Take a ``Trajectory``, or a mapping of its fields; its dwell time is that of the detector."""
        path = plan_of(Trajectory, value, self.name)
        for end in (path.start, path.stop):
            self.motor.check_value(end)
        self.positions = [path.start + number * path.step for number in range(path.points)]
        return Status.finished(f"{self.name} being prepared")

    def kickoff(self) -> Status:
        """Begin a file, and begin to scan.

        Raises
        ------
        NotStagedError
            If no trajectory was prepared.
        """
        if not self.positions:
            raise NotStagedError(f"{self.name} has no trajectory: prepare it before it is kicked off")
        self.close()
        keys = list(self._keys)
        file = self._file = ColumnFile(self.folder, keys)
        self._assets = tuple(file.assets(key, key) for key in keys)
        return super().kickoff()

    def describe_collect(self) -> dict[str, Any]:
        """Return the data keys of the columns."""
        for assets in self._assets:
            assets.announce_again()
        external = {"dtype": "array", "dtype_numpy": "<f8", "shape": [1], "external": "STREAM:"}
        return {name: {**key, **external} for name, key in self._keys.items()}

    def get_index(self) -> int:
        """Return how many points were taken since the kickoff."""
        return (0 if self._file is None else self._file.count) + len(self._events)

    def collect_asset_docs(self, index: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Write the points that came since the last call, up to ``index``; yield their documents."""
        file = self._file
        if file is None:
            return
        most = None if index is None else max(0, index - file.count)
        new, self._events = self._events[:most], self._events[most:] if most is not None else []
        file.append([list(event["data"].values()) for event in new])
        for assets in self._assets:
            yield from assets.up_to(file.count)

    def close(self) -> None:
        """Close the file; may be called twice."""
        file, self._file, self._assets = self._file, None, ()
        if file is not None:
            file.close()
