"""A camera that writes its frames to HDF5 files, which the documents refer to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import NotStagedError
from acquisition.devices.protocols import DataKey
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.standard.acquire import AcquireLogic
from acquisition.devices.standard.stream_assets import StreamAssets
from acquisition.devices.status import Status

DATASET = "/entry/data/frames"


def new_file_name() -> str:
    """Return a name that no other file has."""
    return f"{uuid.uuid4()}.h5"


class AreaDetector(Device):
    """Frames by reference (Triggerable, Readable, Configurable, Stageable, WritesStreamAssets).

    Reads as ``name_total`` and ``name_peak``, numbers of each frame; the frame itself is the external key
    ``name``. ``stage`` opens a new file, each ``trigger`` adds a frame to it, ``unstage`` closes it; the
    documents ``stream_resource`` (one a file) and ``stream_datum`` (one an event) say where each frame is.

    =================  ======  ======  ===================================================================
    PV                 type    unit    meaning
    =================  ======  ======  ===================================================================
    ``<P>:exposure``   double  s       how long a frame is exposed
    ``<P>:acquire``    long            1 takes a frame, answered when it is in the file; 0 breaks off
    ``<P>:rows``       long    pixel   rows of a frame
    ``<P>:columns``    long    pixel   columns of a frame
    ``<P>:total``      long    counts  sum of the last frame
    ``<P>:peak``       long    counts  its highest pixel
    ``<P>:file_name``  char[]          name of the next file
    ``<P>:capture``    long            1 opens a file, 0 closes it; answered when done
    ``<P>:full_path``  char[]          path of the file
    ``<P>:frames``     long            frames in the file
    =================  ======  ======  ===================================================================

    Parameters
    ----------
    prefix
        Of the process variables, without a colon at the end.
    file_name
        Gives the name of the next file.
    """

    def __init__(
        self, prefix: str, name: str = "", *, title: str = "", file_name: Callable[[], str] = new_file_name
    ) -> None:
        super().__init__(name, title=title)
        self.prefix = prefix
        self._new_file_name = file_name
        self.total = self.add("total", self._signal("total"), kind=Kind.HINTED)
        self.peak = self.add("peak", self._signal("peak"), kind=Kind.NORMAL)
        self.exposure_s = self.add("exposure_s", self._writable("exposure"), kind=Kind.CONFIG)
        self.rows = self.add("rows", self._signal("rows"), kind=Kind.OMITTED)
        self.columns = self.add("columns", self._signal("columns"), kind=Kind.OMITTED)
        self.acquire = self.add("acquire", self._writable("acquire"), kind=Kind.OMITTED)
        self.file_name = self.add("file_name", self._writable("file_name", is_text=True), kind=Kind.OMITTED)
        self.full_path = self.add("full_path", self._signal("full_path", is_text=True), kind=Kind.OMITTED)
        self.capture = self.add("capture", self._writable("capture"), kind=Kind.OMITTED)
        self.frames = self.add("frames", self._signal("frames"), kind=Kind.OMITTED)
        self._logic = AcquireLogic(self.acquire, self.exposure_s)
        self._assets: StreamAssets | None = None
        self._shape: tuple[int, int] | None = None

    def _signal(self, suffix: str, *, is_text: bool = False) -> Signal:
        return Signal(ChannelAccessBackend(f"{self.prefix}:{suffix}", is_text=is_text))

    def _writable(self, suffix: str, *, is_text: bool = False) -> WritableSignal:
        return WritableSignal(ChannelAccessBackend(f"{self.prefix}:{suffix}", is_text=is_text))

    @property
    def frame_shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        if self._shape is None:
            self._shape = (int(self.rows.get()), int(self.columns.get()))
        return self._shape

    def describe(self) -> dict[str, DataKey]:
        """Return the data keys of the numbers, and of the frame in its file.

        A run asks this once; so the next frame is told to it with a ``stream_resource`` of its own, also
        when the camera stays staged from run to run.
        """
        if self._assets is not None:
            self._assets.announce_again()
        frame: DataKey = {
            "source": f"ca://{self.prefix}:full_path",
            "dtype": "array",
            "dtype_numpy": "<u2",
            "shape": [1, *self.frame_shape],
            "external": "STREAM:",
        }
        return {self.name: frame, **super().describe()}

    def stage(self) -> list[Any]:
        """Open a new file."""
        if not self.is_staged:
            self._shape = None  # the camera may have been set otherwise since the last run
            self.file_name.set(self._new_file_name()).wait(self.timeout_s)
            self.capture.set(1).wait(self.timeout_s)
            self._assets = StreamAssets(
                data_key=self.name,
                uri=_file_uri(self.full_path.get()),
                mimetype="application/x-hdf5",
                parameters={"dataset": DATASET, "chunk_shape": [1, *self.frame_shape], "swmr": True},
            )
        super().stage()
        return [self]

    def unstage(self) -> list[Any]:
        """Close the file."""
        try:
            self._logic.break_off()
        finally:
            if self.is_staged:
                self._close_file()
        return [self]

    def _close_file(self) -> None:
        try:
            self.capture.set(0).wait(self.timeout_s)
        finally:
            self._assets = None
            super().unstage()

    def trigger(self) -> Status:
        """Take a frame; the status ends when it is in the file.

        Raises
        ------
        NotStagedError
            If no file is open.
        """
        self._open_assets()
        return self._logic.trigger()

    def pause(self) -> None:
        """Break off a frame that is being taken; after the pause it is taken anew."""
        self._logic.break_off()

    def resume(self) -> None:
        """Do nothing: the engine triggers again."""

    def stop(self, success: bool = True) -> None:
        """Break off a frame that is being taken."""
        self._logic.break_off()

    def _open_assets(self) -> StreamAssets:
        if self._assets is None:
            raise NotStagedError(f"{self.name} has no file open: stage it before it acquires")
        return self._assets

    def get_index(self) -> int:
        """Return how many frames are in the file."""
        return int(self.frames.get())

    def collect_asset_docs(self, index: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the documents of the frames that came since the last call, up to ``index``."""
        if self._assets is None:
            return
        written = self.get_index()
        yield from self._assets.up_to(written if index is None else min(index, written))


def _file_uri(path: str) -> str:
    return f"file://localhost{quote(str(PurePosixPath(path)))}"
