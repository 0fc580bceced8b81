"""Which reader reads which kind of file."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from catalog.assets.asset import Asset, AssetReader
from catalog.assets.csv_rows import CsvReader
from catalog.assets.errors import NoFrameError
from catalog.assets.file_series import NpySeriesReader, TiffSeriesReader
from catalog.assets.hdf5 import Hdf5Reader

log = logging.getLogger(__name__)

ENTRY_POINTS = "beamport.readers"
ReaderClass = Callable[[Asset], AssetReader]
BUILT_IN: tuple[Any, ...] = (Hdf5Reader, TiffSeriesReader, NpySeriesReader, CsvReader)


class Readers:
    """Readers by the kind of file that they read; a later one takes the place of an earlier one.

    Parameters
    ----------
    classes
        Classes with ``kinds``; see `catalog.assets.asset.AssetReader`.
    """

    def __init__(self, classes: Iterable[Any]) -> None:
        self._by_kind: dict[str, ReaderClass] = {}
        for cls in classes:
            for kind in cls.kinds:
                self._by_kind[_normal(kind)] = cls

    @property
    def kinds(self) -> list[str]:
        """What can be read, sorted."""
        return sorted(self._by_kind)

    def default_template(self, kind: str) -> str:
        """Give the template of the names of files of a series, where documents may leave it out."""
        return str(getattr(self._by_kind.get(_normal(kind)), "default_template", ""))

    def open(self, asset: Asset) -> AssetReader:
        """Give a reader of the asset.

        Raises
        ------
        NoFrameError
            Files of this kind are not read.
        """
        cls = self._by_kind.get(_normal(asset.kind))
        if cls is None:
            raise NoFrameError(
                f"Files of the kind {asset.kind[:80]!r} are not read here.",
                hint=f"Read are: {', '.join(self.kinds)}. A reader of one's own can be added.",
            )
        return cls(asset)


def _normal(kind: str) -> str:
    """Give a mimetype without blanks, in small letters; a spec as it is."""
    return kind.replace(" ", "").lower() if "/" in kind else kind


@functools.cache
def readers(dotted_names: tuple[str, ...] = ()) -> Readers:
    """Give the built-in readers, those of installed packages, and those named here; the last wins.

    Raises
    ------
    ImportError
        There is no such class.
    """
    return Readers([*BUILT_IN, *_installed(), *map(_class_named, dotted_names)])


def _installed() -> Iterator[Any]:
    """Yield the readers of installed packages; one that cannot be loaded costs only its own kinds."""
    for point in entry_points(group=ENTRY_POINTS):
        try:
            cls = point.load()
            Readers([cls])
        except Exception:  # the package is anybody's
            log.exception("the reader %s (%s) cannot be loaded", point.name, point.value)
        else:
            yield cls


def _class_named(dotted: str) -> Any:
    module, _, name = dotted.rpartition(".")
    found = getattr(import_module(module), name, None) if module else None
    if found is None:
        raise ImportError(f"there is no reader {dotted!r}")
    return found
