"""Numbers as text, a row an entry."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from accounts.errors import TooLargeError
from catalog.assets.asset import Asset

MAX_FILE_BYTES = 64 * 2**20


class CsvReader:
    """A file of rows of numbers; ``parameters`` may say ``delimiter``, ``comment`` and ``skiprows``.

    The type is that of the data key (``dtype_numpy``), else 64-bit floats.

    Raises
    ------
    TooLargeError
        The file has more than 64 MiB: text is read whole.
    ValueError
        It holds anything but numbers.
    """

    kinds: ClassVar[tuple[str, ...]] = (
        "text/csv",
        "text/csv;header=absent",
        "text/csv;header=present",
    )

    def __init__(self, asset: Asset) -> None:
        self.path = asset.file()
        size = self.path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise TooLargeError(
                f"The file {self.path.name} has {size} bytes; {MAX_FILE_BYTES} of text at most."
            )
        parameters = asset.parameters
        heading = 1 if asset.kind.replace(" ", "").endswith("header=present") else 0
        self._values: NDArray[Any] = np.loadtxt(
            self.path,
            dtype=np.dtype(asset.dtype_numpy or "<f8"),
            delimiter=str(parameters.get("delimiter") or parameters.get("sep") or ","),
            comments=str(parameters.get("comment") or "#"),
            skiprows=int(parameters.get("skiprows") or heading),
            ndmin=2,
            encoding="utf-8",
        )
        self.shape: tuple[int, ...] = self._values.shape
        self.dtype = self._values.dtype
        self.chunks: tuple[int, ...] = self.shape

    def read(self, selection: tuple[slice, ...]) -> NDArray[Any]:
        """Give the values in these slices."""
        return self._values[selection]

    def close(self) -> None:
        """Do nothing: the file is closed."""
