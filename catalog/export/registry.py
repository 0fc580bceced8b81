"""Every exporter by its name: those of this package, and those that installed packages offer.

A package offers one by the entry point group ``beamport.exporters``: a name, and the `Exporter` behind it. An
app of the platform that stands above the catalogue calls `offer` when it starts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from catalog.export.errors import UnknownFormatError
from catalog.export.protocol import Exporter

GROUP = "beamport.exporters"

NAME = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_modules = {
    "arrow": "catalog.export.arrow",
    "bson": "catalog.export.mongo",
    "csv": "catalog.export.csv_table",
    "json": "catalog.export.metadata",
    "jsonl": "catalog.export.json_lines",
    "msgpack": "catalog.export.message_pack",
    "nexus": "catalog.export.nexus",
    "parquet": "catalog.export.arrow",
    "spec": "catalog.export.spec_file",
    "tiff": "catalog.export.tiff",
    "tiff-series": "catalog.export.tiff",
    "xdi": "catalog.export.xdi",
    "xlsx": "catalog.export.workbook",
    "zarr": "catalog.export.zarr_store",
}
"""Module of each format; loaded when the format is asked for, because some bring large libraries."""

logger = logging.getLogger(__name__)
_registered: dict[str, Exporter] = {}


def register(exporter: Exporter) -> None:
    """Add an exporter to those that are offered.

    Raises
    ------
    ValueError
        Its name cannot be used, or another exporter has it.
    """
    if not NAME.match(exporter.name):
        raise ValueError(f"{exporter.name!r} is no name of a format: use a-z, 0-9 and '-', 32 at most")
    known = _registered.get(exporter.name)
    if known is not None and known != exporter:
        raise ValueError(f"there is another exporter named {exporter.name!r}: {known.title}")
    _registered[exporter.name] = exporter


def offer(module: str, *names: str) -> None:
    """Say which module has the exporters of these names, as ``EXPORTER`` or ``EXPORTERS``."""
    _modules.update(dict.fromkeys(names, module))


def exporters() -> Mapping[str, Exporter]:
    """Give all exporters by name."""
    for module in dict.fromkeys(_modules.values()):
        _load(module)
    _load_offered()
    return MappingProxyType(dict(sorted(_registered.items())))


def exporter(name: str) -> Exporter:
    """Give the exporter of a name.

    Raises
    ------
    UnknownFormatError
        There is none.
    """
    if name in _modules:
        _load(_modules[name])
        return _registered[name]
    known = exporters()
    if name not in known:
        raise UnknownFormatError(f"There is no format {name[:40]!r}.", hint=f"There are: {', '.join(known)}.")
    return known[name]


@cache
def _load(module: str) -> None:
    found = import_module(module)
    for known in getattr(found, "EXPORTERS", None) or (found.EXPORTER,):
        register(known)


@cache
def _load_offered() -> None:
    for point in entry_points(group=GROUP):
        _offer(point)


def _offer(point: EntryPoint) -> None:
    """Register what a package offers; a package that is broken costs its own format only."""
    try:
        offered = point.load()
        register(offered)
    except Exception:
        logger.exception("the exporter %r of %s cannot be used", point.name, point.value)
