"""Simulated images: in the event itself, or in files that the documents refer to."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import NotStagedError
from acquisition.devices.protocols import DataKey, Hints, Reading
from acquisition.devices.signal import Signal
from acquisition.devices.status import Status

SHAPE = (10, 10)


def ones() -> Any:
    """Return an image of ones."""
    return np.ones(SHAPE, dtype=np.int64)


class DirectImage(Device):
    """An image in the event, under ``key``, new at each trigger.

    Parameters
    ----------
    image
        Gives the next image: an array, or lists of numbers.
    """

    def __init__(self, name: str, key: str, image: Callable[[], Any] = ones) -> None:
        super().__init__(name)
        self._image = image
        self._value = SoftBackend(image())
        self.img = self.add("img", Signal(self._value), kind=Kind.HINTED, name=key)

    def trigger(self) -> Status:
        """Take an image, at once."""
        self._value.publish(self._image())
        return Status.finished(f"{self.name} acquiring")


class FileImage(Device):
    """An image in a file of its own (Triggerable, Readable, Stageable, WritesExternalAssets).

    ``stage`` begins a ``resource`` (spec ``NPY_SEQ``) and each ``trigger`` a ``datum`` of it: the image
    number ``index`` is in the file ``<resource_path>_<index>.npy`` below ``root``.

    Parameters
    ----------
    folder
        Where the files go; it must exist.
    image
        Gives the next image.
    """

    def __init__(self, name: str, folder: str | os.PathLike[str], image: Callable[[], Any] = ones) -> None:
        super().__init__(name)
        self.folder = Path(folder).resolve()
        self._image = image
        self._shape = np.asarray(image()).shape
        self._resource: dict[str, Any] | None = None
        self._datum: Reading | None = None
        self._count = 0
        self._new: list[tuple[str, dict[str, Any]]] = []

    @property
    def hints(self) -> Hints:
        """No field: a file is no number."""
        return {"fields": []}

    def describe(self) -> dict[str, DataKey]:
        """Return the data key of the image in its file."""
        return {
            self.name: {
                "source": f"soft://{self.name}",
                "dtype": "array",
                "shape": list(self._shape),
                "external": "FILESTORE:",
            }
        }

    def read(self) -> dict[str, Reading]:
        """Return the datum of the last image; nothing before the first."""
        return {} if self._datum is None else {self.name: self._datum}

    def stage(self) -> list[Any]:
        """Begin a resource."""
        if not self.is_staged:
            uid = str(uuid.uuid4())
            self._resource = {
                "uid": uid,
                "spec": "NPY_SEQ",
                "root": str(self.folder),
                "resource_path": uid,
                "resource_kwargs": {},
                "path_semantics": "windows" if os.name == "nt" else "posix",
            }
            self._count = 0
            self._new = [("resource", self._resource)]
        super().stage()
        return [self]

    def unstage(self) -> list[Any]:
        """End the resource."""
        self._resource, self._datum = None, None
        super().unstage()
        return [self]

    def trigger(self) -> Status:
        """Write an image, at once.

        Raises
        ------
        NotStagedError
            If no resource is begun.
        """
        if self._resource is None:
            raise NotStagedError(f"{self.name} has nowhere to write: stage it before it acquires")
        uid, index = self._resource["uid"], self._count
        np.save(self.folder / f"{uid}_{index}.npy", self._image(), allow_pickle=False)
        self._count += 1
        datum_id = f"{uid}/{index}"
        self._new.append(("datum", {"resource": uid, "datum_id": datum_id, "datum_kwargs": {"index": index}}))
        self._datum = {"value": datum_id, "timestamp": (self.folder / f"{uid}_{index}.npy").stat().st_mtime}
        return Status.finished(f"{self.name} acquiring")

    def collect_asset_docs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the documents since the last call."""
        new, self._new = self._new, []
        for name, document in new:
            yield name, dict(document)
