"""The HDF5 plug-in of an areaDetector camera."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from acquisition.devices.sim.channels import Integer, text
from acquisition.devices.sim.frame_file import FrameFile
from acquisition.devices.sim.records.fields import (
    Channels,
    choice,
    choice_pair,
    command,
    count_pair,
    text_pair,
    told,
)

DATASET = "/entry/data/data"
TIMES = "/entry/instrument/NDAttributes/NDArrayTimeStamp"
NO_YES = ("No", "Yes")
COMPRESSIONS = ("None", "N-bit", "szip", "zlib", "Blosc", "BSLZ4", "LZ4", "JPEG")


class FilePlugin:
    """Streams frames into HDF5 files, one after the other, below one folder.

    What clients set and is not carried out (compression, chunks) is there for their sake and keeps its
    value.

    References
    ----------
    NDFileHDF5.html of areaDetector ADCore: names of the process variables.
    """

    def __init__(self, folder: Path, shape: tuple[int, int]) -> None:
        self.folder = folder.resolve()
        self.shape = shape
        self._file: FrameFile | None = None
        self.exists = told("Yes", NO_YES)
        self.capture = choice("Done", ["Done", "Capture"], self._capture)
        self.capturing = told("Done", ["Done", "Capturing"])
        self.captured = Integer(value=0)
        self.full_name = text("")
        self.message = text("")
        self.settings: Channels = {
            **text_pair("FilePath", f"{self.folder}{os.sep}", self._path),
            **text_pair("FileName", "frames"),
            **text_pair("FileTemplate", "%s%s.h5"),
            **text_pair("XMLFileName", ""),
            **count_pair("FileNumber", 0),
            **count_pair("NumCapture", 0),
            **count_pair("NumExtraDims", 0),
            **count_pair("NumFramesChunks", 1),
            **count_pair("QueueSize", 20),
            **count_pair("NDArrayAddress", 0),
            **text_pair("NDArrayPort", "CAM"),
            **choice_pair("FileWriteMode", "Stream", ("Single", "Capture", "Stream")),
            **choice_pair("SWMRMode", "On", ("Off", "On")),
            **choice_pair("LazyOpen", "No", NO_YES),
            **choice_pair("AutoIncrement", "No", NO_YES),
            **choice_pair("PositionMode", "Off", ("Off", "On")),
            **choice_pair("ChunkSizeAuto", "Yes", NO_YES),
            **choice_pair("Compression", "None", COMPRESSIONS),
            **choice_pair("EnableCallbacks", "Enable", ("Disable", "Enable")),
        }

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        own = {
            **self.settings,
            "FilePathExists_RBV": self.exists,
            "Capture": self.capture,
            "Capture_RBV": self.capturing,
            "NumCaptured_RBV": self.captured,
            "FullFileName_RBV": self.full_name,
            "WriteMessage": self.message,
            "WriteStatus": told("Write OK", ["Write OK", "Write error"]),
            "CreateDirectory": command(_nothing),
            "FlushNow": choice("Done", ["Done", "Flush"], _nothing),
            "ArraySize0": Integer(value=self.shape[1]),
            "ArraySize1": Integer(value=self.shape[0]),
        }
        return {f"{prefix}{name}": channel for name, channel in own.items()}

    def get(self, name: str) -> Any:
        """Return the value of a setting."""
        return self.settings[name].value

    async def _path(self, value: str) -> None:
        """Put a slash to the path, and tell whether frames may go there: only below the folder."""
        path = value if value.endswith(os.sep) else f"{value}{os.sep}"
        await self.settings["FilePath"].write(path)
        await self.exists.write("Yes" if self._is_allowed(Path(path)) else "No")

    def _is_allowed(self, path: Path) -> bool:
        return "\0" not in str(path) and path.is_dir() and path.resolve().is_relative_to(self.folder)

    async def _capture(self, word: str) -> None:
        await self.end()
        if word == "Done":
            return
        try:
            self._file = self._opened()
        except (OSError, ValueError, TypeError) as error:
            await self.message.write(str(error))
            await self.capture.write("Done")
            raise
        await self.message.write("")
        await self.full_name.write(str(self._file.path))
        await self.captured.write(0)
        await self.capturing.write("Capturing")

    def _opened(self) -> FrameFile:
        path, name = str(self.get("FilePath")), str(self.get("FileName"))
        if not self._is_allowed(Path(path)):
            raise ValueError(f"{path} is no folder for frames: they go below {self.folder}")
        template = str(self.get("FileTemplate"))
        parts: tuple[Any, ...] = (path, name, int(self.get("FileNumber")))
        full = template % parts[: template.count("%") - 2 * template.count("%%")]
        if not full.startswith(path):
            raise ValueError(f"the template {template!r} leaves the folder {path}")
        return FrameFile(Path(path), full.removeprefix(path), self.shape, dataset=DATASET, times=TIMES)

    @property
    def is_open(self) -> bool:
        """True while frames go into a file."""
        return self._file is not None

    def write(self, frames: Sequence[NDArray[np.uint16]], timestamps: Sequence[float]) -> None:
        """Write frames, from any thread; nothing while no file is open."""
        if self._file is not None:
            self._file.extend(frames, timestamps)

    def room(self) -> int | None:
        """Return how many frames the file still takes; None if there is no limit."""
        most = int(self.get("NumCapture"))
        return None if most <= 0 or self._file is None else max(most - self._file.count, 0)

    async def tell(self) -> None:
        """Tell how many frames are in the file; close it when it is full."""
        if self._file is None:
            return
        await self.captured.write(self._file.count)
        if self.room() == 0:
            await self.end()
            await self.capture.write("Done")

    async def end(self) -> None:
        """Close the file."""
        self.close()
        await self.capturing.write("Done")

    def close(self) -> None:
        """Close the file, if one is open."""
        file, self._file = self._file, None
        if file is not None:
            file.close()


async def _nothing(_: Any) -> None:
    """Accept what needs nothing: frames are flushed as they come."""
