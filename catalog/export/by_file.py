"""Formats that need a file to jump about in: written to a temporary one, then given away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from catalog.export.columns import chunks


def by_file(write: Callable[[Path], None], ending: str) -> Iterator[bytes]:
    """Give the bytes of the file that `write` writes; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="beamport-export-") as folder:
        path = Path(folder) / f"export.{ending}"
        write(path)
        with path.open("rb") as file:
            yield from chunks(file)
