"""Scan numbers that grow by one from run to run, also over restarts and while the database is away."""

import json
import os
import threading
from pathlib import Path
from typing import Any


class ScanNumbers:
    """Counts in a small file beside the journal; begins after the larger of the file and `at_least`."""

    def __init__(self, path: Path, *, at_least: int = 0) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.last = max(_read(path), at_least)

    def __call__(self, metadata: Any = None) -> int:
        """Give the next number (the engine's `scan_id_source`)."""
        with self._lock:
            self.last += 1
            self._write()
            return self.last

    def _write(self) -> None:
        draft = self._path.with_suffix(".draft")
        with draft.open("w") as file:
            json.dump({"scan_id": self.last}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _read(path: Path) -> int:
    try:
        return int(json.loads(path.read_text())["scan_id"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0
