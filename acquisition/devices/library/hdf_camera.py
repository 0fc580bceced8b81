"""A camera of the areaDetector module, with its HDF5 file writer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import Backend, Sample, read_together
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.errors import DeviceError, NotStagedError, WrongValueError
from acquisition.devices.library.detector_geometry import DetectorGeometry
from acquisition.devices.protocols import DataKey
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.standard.awaiting import after, when
from acquisition.devices.standard.flight import FrameSequence, plan_of
from acquisition.devices.standard.pv_device import BackendOf, PvDevice
from acquisition.devices.standard.stream_assets import StreamAssets
from acquisition.devices.status import Status

FRAMES = "/entry/data/data"
TIMES = "/entry/instrument/NDAttributes/NDArrayTimeStamp"
DTYPES = {
    "Int8": "|i1",
    "UInt8": "|u1",
    "Int16": "<i2",
    "UInt16": "<u2",
    "Int32": "<i4",
    "UInt32": "<u4",
    "Int64": "<i8",
    "UInt64": "<u8",
    "Float32": "<f4",
    "Float64": "<f8",
}
"""Types of numpy by what the areaDetector module calls them."""
MARGIN_S = 10.0
LONGEST_S = 24 * 3600.0


def text_backend(pv_name: str) -> Backend:
    """Return the backend of an array of characters that means text."""
    return ChannelAccessBackend(pv_name, is_text=True)


class HdfCamera(PvDevice):
    """Frames by reference, by step or in flight (Triggerable, Preparable, Flyable, WritesStreamAssets ...).

    ================================  ========  ======  ===================================================
    PV                                type      unit    meaning
    ================================  ========  ======  ===================================================
    ``<P>cam1:Acquire``               enum              1 begins, answered at the end; 0 breaks off
    ``<P>cam1:AcquireTime``           double    s       exposure of a frame
    ``<P>cam1:AcquirePeriod``         double    s       from frame to frame
    ``<P>cam1:NumImages``             long              frames an acquisition
    ``<P>cam1:ImageMode``             enum              Single, Multiple, Continuous
    ``<P>cam1:TriggerMode``           enum              Internal, External (one pulse a frame)
    ``<P>cam1:ArraySizeX_RBV``        long              columns
    ``<P>cam1:ArraySizeY_RBV``        long              rows
    ``<P>cam1:DataType_RBV``          enum              Int8, UInt8, Int16, UInt16, Int32, UInt32,
                                                        Int64, UInt64, Float32, Float64
    ``<P>HDF1:FilePath``              char[]            folder; ends in a slash when set
    ``<P>HDF1:FilePathExists_RBV``    enum              No, Yes
    ``<P>HDF1:FileName``              char[]            name without extension
    ``<P>HDF1:FileTemplate``          char[]            ``%s%s.h5``
    ``<P>HDF1:NumCapture``            long              frames a file; 0 is no limit
    ``<P>HDF1:FileWriteMode``         enum              Single, Capture, Stream
    ``<P>HDF1:SWMRMode``              enum              Off, On
    ``<P>HDF1:LazyOpen``              enum              No, Yes: the file is opened by its first frame
    ``<P>HDF1:Capture``               enum              1 opens a file, 0 closes it; answered when done
    ``<P>HDF1:Capture_RBV``           enum              Done, Capturing
    ``<P>HDF1:NumCaptured_RBV``       long              frames in the file
    ``<P>HDF1:FullFileName_RBV``      char[]            its path
    ``<P>HDF1:WriteMessage``          char[]            what went wrong
    ``<P>Stats1:Total_RBV``           double    counts  sum of the last frame
    ``<P>Stats1:MaxValue_RBV``        double    counts  its highest pixel
    ================================  ========  ======  ===================================================

    In the file the frames are ``/entry/data/data`` and their times (POSIX s)
    ``/entry/instrument/NDAttributes/NDArrayTimeStamp``.

    Parameters
    ----------
    prefix
        ``<P>``, with its separator.
    folder
        Where the files go, as the machine of the writer names it; what is set there already if not given.
    frames_per_event
        How many frames one trigger takes.
    has_stats
        Whether there is a plug-in ``Stats1``.
    geometry_prefix
        Of its ``DetectorGeometry``, if there is one: distance, beam centre, wavelength ... then stand in the
        configuration of each stream that has its frames.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        folder: str = "",
        frames_per_event: int = 1,
        has_stats: bool = True,
        geometry_prefix: str = "",
        title: str = "",
        backend: BackendOf = backend_at,
        text_backend: BackendOf = text_backend,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.folder = folder
        self.frames_per_event = frames_per_event
        self._text_of = text_backend
        if frames_per_event < 1:
            raise WrongValueError(
                f"{name}: frames_per_event is a whole number from 1, not {frames_per_event}"
            )
        if has_stats:
            self.total = self.reads("total", "Stats1:Total_RBV", Kind.HINTED)
            self.peak = self.reads("peak", "Stats1:MaxValue_RBV")
        self.exposure_s = self.writes("exposure_s", "cam1:AcquireTime", Kind.CONFIG)
        self.period_s = self.writes("period_s", "cam1:AcquirePeriod", Kind.CONFIG)
        self.acquire = self.writes("acquire", "cam1:Acquire")
        self.num_images = self.writes("num_images", "cam1:NumImages")
        self.image_mode = self.writes("image_mode", "cam1:ImageMode")
        self.trigger_mode = self.writes("trigger_mode", "cam1:TriggerMode", Kind.CONFIG)
        self.columns = self.reads("columns", "cam1:ArraySizeX_RBV", Kind.OMITTED)
        self.rows = self.reads("rows", "cam1:ArraySizeY_RBV", Kind.OMITTED)
        self.data_type = self.reads("data_type", "cam1:DataType_RBV", Kind.OMITTED)
        self.file_path = self._text("file_path", "HDF1:FilePath")
        self.path_exists = self.reads("path_exists", "HDF1:FilePathExists_RBV", Kind.OMITTED)
        self.file_name = self._text("file_name", "HDF1:FileName")
        self.file_template = self._text("file_template", "HDF1:FileTemplate")
        self.num_capture = self.writes("num_capture", "HDF1:NumCapture")
        self.write_mode = self.writes("write_mode", "HDF1:FileWriteMode")
        self.swmr = self.writes("swmr", "HDF1:SWMRMode")
        self.lazy_open = self.writes("lazy_open", "HDF1:LazyOpen")
        self.capture = self.writes("capture", "HDF1:Capture")
        self.capturing = self.reads("capturing", "HDF1:Capture_RBV", Kind.OMITTED)
        self.captured = self.reads("captured", "HDF1:NumCaptured_RBV", Kind.OMITTED)
        self.full_path = self._path("full_path", "HDF1:FullFileName_RBV")
        self.write_message = self._path("write_message", "HDF1:WriteMessage")
        if geometry_prefix:
            geometry = DetectorGeometry(geometry_prefix, backend=backend, field_kind=Kind.CONFIG)
            self.geometry = self.add("geometry", geometry)
        self._assets: tuple[StreamAssets, ...] = ()
        self._before: list[tuple[WritableSignal, Any]] = []
        self._expected = 0
        self._sequence: FrameSequence | None = None
        self._flight: Status | None = None
        self._going_on: Status | None = None

    def _text(self, attr_name: str, suffix: str) -> WritableSignal:
        return self.add(attr_name, WritableSignal(self._text_of(f"{self.prefix}{suffix}")), kind=Kind.OMITTED)

    def _path(self, attr_name: str, suffix: str) -> Signal:
        return self.add(attr_name, Signal(self._text_of(f"{self.prefix}{suffix}")), kind=Kind.OMITTED)

    def connected(self) -> None:
        """Watch how many frames are in the file, and what the writer says."""
        for signal in (self.captured, self.write_message):
            signal.backend.subscribe(_ignore)

    # ---- description

    @property
    def frame_shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        rows, columns = read_together([self.rows.backend, self.columns.backend], self.timeout_s)
        return int(rows.value), int(columns.value)

    def _frame_keys(self) -> dict[str, DataKey]:
        each = self.frames_per_event
        frame: DataKey = {
            "source": f"ca://{self.prefix}HDF1:FullFileName_RBV",
            "dtype": "array",
            "dtype_numpy": DTYPES[str(self.data_type.get())],
            "shape": [each, *self.frame_shape],
            "external": "STREAM:",
        }
        times: DataKey = {**frame, "dtype_numpy": "<f8", "shape": [each], "units": "s"}
        for assets in self._assets:
            assets.announce_again()  # a run asks this once: it is told of the file even if an earlier one was
        return {self.name: frame, f"{self.name}_timestamps": times}

    def describe(self) -> dict[str, DataKey]:
        """Return the data keys of the numbers, of the frames and of their times in the file."""
        return {**self._frame_keys(), **super().describe()}

    def describe_collect(self) -> dict[str, DataKey]:
        """Return the data keys of frames taken in flight."""
        return self._frame_keys()

    # ---- file

    def stage(self) -> list[Any]:
        """Set the writer up and open a new file; what is changed is put back by ``unstage``.

        Raises
        ------
        DeviceError
            If the writer cannot write there, with what it says.
        """
        if not self.is_staged:
            self.acquire.set(0).wait(self.timeout_s)
            try:
                self._set_up()
                self._open_file()
            except BaseException:
                self._put_back()
                raise
        super().stage()
        return [self]

    def _set_up(self) -> None:
        wanted: list[tuple[WritableSignal, Any]] = [
            (self.image_mode, "Multiple"),
            (self.trigger_mode, "Internal"),
            (self.num_images, self.frames_per_event),
            (self.file_template, "%s%s.h5"),
            (self.num_capture, 0),
            (self.write_mode, "Stream"),
            (self.lazy_open, "Yes"),
            (self.swmr, "On"),
            (self.file_path, self.folder or str(self.file_path.get())),
        ]
        for signal, value in wanted:
            self._change(signal, value)
        if self.path_exists.get() in ("No", 0):
            raise DeviceError(
                f"{self.name} cannot write to {self.file_path.get()!r}: {self.prefix}HDF1 says that there is "
                "no such folder. Make it, or give another folder."
            )

    def _change(self, signal: WritableSignal, value: Any) -> None:
        """Set a signal, and remember what it was for the time after the run."""
        if all(known is not signal for known, _ in self._before):
            self._before.append((signal, signal.get()))
        signal.set(value).wait(self.timeout_s)

    def _put_back(self) -> None:
        while self._before:
            signal, value = self._before.pop()
            signal.set(value).wait(self.timeout_s)

    def _open_file(self) -> None:
        name = str(uuid.uuid4())
        self.file_name.set(name).wait(self.timeout_s)
        # the answer to this write may come only when the file is closed, so the state is waited for
        put = self.capture.backend.put(1, timeout_s=LONGEST_S)
        opened = when(self.capturing, _is_on, f"{self.name} opening a file", timeout_s=self.timeout_s)
        put.add_callback(lambda ended: self._capture_ended(ended, opened))
        opened.wait(self.timeout_s)
        self._expected = 0
        self._assets = tuple(
            StreamAssets(
                data_key=key,
                uri=self._uri,
                mimetype="application/x-hdf5",
                parameters={"dataset": dataset, "chunk_shape": [1, *shape], "swmr": True},
            )
            for key, dataset, shape in (
                (self.name, FRAMES, self.frame_shape),
                (f"{self.name}_timestamps", TIMES, ()),
            )
        )

    def _capture_ended(self, ended: Status, opened: Status) -> None:
        if ended.success:
            return
        sample = self.write_message.backend.last
        said = "" if sample is None else str(sample.value)
        opened.set_exception(
            DeviceError(
                f"{self.name} could not open a file: {ended.exception(0)}. The writer says: {said or None}"
            )
        )

    def _uri(self) -> str:
        return f"file://localhost{quote(str(self.full_path.get()))}"

    def unstage(self) -> list[Any]:
        """Break off an acquisition, close the file and put the settings back."""
        try:
            self._break_off()
        finally:
            if self.is_staged:
                self._close()
        return [self]

    def _close(self) -> None:
        try:
            self.capture.set(0).wait(self.timeout_s)
        finally:
            self._assets, self._sequence, self._flight = (), None, None
            super().unstage()
            self._put_back()

    # ---- step by step

    def trigger(self) -> Status:
        """Take the frames of an event; the status ends when they are in the file.

        Raises
        ------
        NotStagedError
            If no file is open.
        """
        self._require_file()
        if int(self.captured.get()) % self.frames_per_event:
            self._begin_new_file()  # an event that was broken off left some of its frames
        self._going_on = self._acquire(self.frames_per_event, self._frame_time_s() * self.frames_per_event)
        return self._going_on

    def _frame_time_s(self) -> float:
        exposure, period = read_together([self.exposure_s.backend, self.period_s.backend], self.timeout_s)
        return max(float(exposure.value), float(period.value))

    def _begin_new_file(self) -> None:
        self.capture.set(0).wait(self.timeout_s)
        self._open_file()

    def _acquire(self, frames: int, expected_s: float) -> Status:
        self._expected = int(self.captured.get()) + frames
        put = self.acquire.backend.put(1, timeout_s=expected_s + MARGIN_S)
        return after(put, self._written, f"{self.name} acquiring", timeout_s=expected_s + 2 * MARGIN_S)

    def _written(self) -> Status:
        """Return a status that ends when all frames that were taken are in the file."""
        expected = self._expected
        what = f"{self.name} writing frame {expected} of {self.prefix}HDF1"
        return when(self.captured, lambda number: int(number) >= expected, what, timeout_s=MARGIN_S)

    def _require_file(self) -> None:
        if not self._assets:
            raise NotStagedError(f"{self.name} has no file open: stage it before it acquires")

    def pause(self) -> None:
        """Break off frames that are being taken; after the pause they are taken anew."""
        self._break_off()

    def resume(self) -> None:
        """Do nothing: the engine triggers again."""

    def stop(self, success: bool = True) -> None:
        """Break off what is being taken."""
        self._break_off()

    def _break_off(self) -> None:
        going_on = self._flight or self._going_on
        if going_on is None or going_on.done:
            return
        self._expected = 0
        self.acquire.backend.put(0, timeout_s=MARGIN_S).wait(MARGIN_S)
        going_on.exception(2 * MARGIN_S)

    # ---- in flight

    def prepare(self, value: Any) -> Status:
        """Set up a sequence of frames: a ``FrameSequence``, or a mapping of its fields.

        Raises
        ------
        NotStagedError, WrongValueError, LimitsError
        """
        self._require_file()
        sequence = plan_of(FrameSequence, value, self.name)
        settings = [(self.exposure_s, sequence.exposure_s), (self.period_s, sequence.period_s)]
        wanted = [(signal, number) for signal, number in settings if number is not None]
        for signal, number in wanted:
            signal.check_value(number)
        for signal, number in wanted:
            self._change(signal, number)
        self._change(self.num_images, sequence.frames * self.frames_per_event)
        self._change(self.trigger_mode, "External" if sequence.is_external else "Internal")
        self._sequence = sequence
        return Status.finished(f"{self.name} being prepared")

    def kickoff(self) -> Status:
        """Begin the sequence that was prepared.

        Raises
        ------
        NotStagedError
            If nothing was prepared.
        """
        self._require_file()
        sequence = self._sequence
        if sequence is None:
            raise NotStagedError(f"{self.name} has no sequence of frames: prepare it before it is kicked off")
        frames = sequence.frames * self.frames_per_event
        expected_s = LONGEST_S if sequence.is_external else frames * self._frame_time_s()
        self._flight = self._acquire(frames, expected_s)
        return Status.finished(f"{self.name} being kicked off")

    def complete(self) -> Status:
        """Return the status that ends when all frames are in the file."""
        if self._flight is None:
            raise NotStagedError(f"{self.name} cannot complete: it was not kicked off")
        return self._flight

    def get_index(self) -> int:
        """Return how many events have all their frames in the file."""
        return int(self.captured.get()) // self.frames_per_event

    def collect_asset_docs(self, index: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the documents of the frames that came since the last call, up to event ``index``."""
        if not self._assets:
            return
        written = self.get_index()
        until = written if index is None else min(index, written)
        for assets in self._assets:
            yield from assets.up_to(until)


def _is_on(value: Any) -> bool:
    return value in ("Capturing", "Capture", 1)


def _ignore(sample: Sample) -> None:
    """Want a sample only for its being the newest."""
