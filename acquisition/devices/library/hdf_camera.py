"""A camera of the areaDetector module, with its HDF5 file writer."""

from __future__ import annotations

from acquisition.devices.backends.base import Backend
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.standard.pv_device import BackendOf, PvDevice


def text_backend(pv_name: str) -> Backend:
    """Return the backend of an array of characters that means text."""
    return ChannelAccessBackend(pv_name, is_text=True)


class HdfCamera(PvDevice):
    """Frames by reference, by step or in flight (Triggerable, Preparable, Flyable, WritesStreamAssets ...).

    ================================  ========  =====  ===================================================
    PV                                type      unit   meaning
    ================================  ========  =====  ===================================================
    ``<P>cam1:Acquire``               enum             1 begins, answered at the end; 0 breaks off
    ``<P>cam1:AcquireTime``           double    s      exposure of a frame
    ``<P>cam1:AcquirePeriod``         double    s      from frame to frame
    ``<P>cam1:NumImages``             long             frames an acquisition
    ``<P>cam1:ImageMode``             enum             Single, Multiple, Continuous
    ``<P>cam1:TriggerMode``           enum             Internal, External (one pulse a frame)
    ``<P>cam1:ArraySizeX_RBV``        long      pixel  columns
    ``<P>cam1:ArraySizeY_RBV``        long      pixel  rows
    ``<P>cam1:DataType_RBV``          enum             Int8, UInt8, Int16, UInt16, Int32, UInt32,
                                                       Int64, UInt64, Float32, Float64
    ``<P>HDF1:FilePath``              char[]           folder; ends in a slash when set
    ``<P>HDF1:FilePathExists_RBV``    enum             No, Yes
    ``<P>HDF1:FileName``              char[]           name without extension
    ``<P>HDF1:FileTemplate``          char[]           ``%s%s.h5``
    ``<P>HDF1:NumCapture``            long             frames a file; 0 is no limit
    ``<P>HDF1:FileWriteMode``         enum             Single, Capture, Stream
    ``<P>HDF1:SWMRMode``              enum             Off, On
    ``<P>HDF1:Capture``               enum             1 opens a file, 0 closes it; answered when done
    ``<P>HDF1:Capture_RBV``           enum             Done, Capturing
    ``<P>HDF1:NumCaptured_RBV``       long             frames in the file
    ``<P>HDF1:FullFileName_RBV``      char[]           its path
    ``<P>HDF1:WriteMessage``          char[]           what went wrong
    ``<P>Stats1:Total_RBV``           double    count  sum of the last frame
    ``<P>Stats1:MaxValue_RBV``        double    count  its highest pixel
    ================================  ========  =====  ===================================================

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
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        folder: str = "",
        frames_per_event: int = 1,
        has_stats: bool = True,
        title: str = "",
        backend: BackendOf = ChannelAccessBackend,
        text_backend: BackendOf = text_backend,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.folder = folder
        self.frames_per_event = frames_per_event
        self._text_of = text_backend
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
        self.capture = self.writes("capture", "HDF1:Capture")
        self.capturing = self.reads("capturing", "HDF1:Capture_RBV", Kind.OMITTED)
        self.captured = self.reads("captured", "HDF1:NumCaptured_RBV", Kind.OMITTED)
        self.full_path = self._path("full_path", "HDF1:FullFileName_RBV")
        self.write_message = self._path("write_message", "HDF1:WriteMessage")

    def _text(self, attr_name: str, suffix: str) -> WritableSignal:
        return self.add(attr_name, WritableSignal(self._text_of(f"{self.prefix}{suffix}")), kind=Kind.OMITTED)

    def _path(self, attr_name: str, suffix: str) -> Signal:
        return self.add(attr_name, Signal(self._text_of(f"{self.prefix}{suffix}")), kind=Kind.OMITTED)
