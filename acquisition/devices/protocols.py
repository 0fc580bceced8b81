"""The protocols by which engine, plans and devices know each other.

They are the classes of ``bluesky.protocols`` when that package is installed, so that an ``isinstance`` in
foreign plans and ours means the same; otherwise our own equal ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from acquisition.devices.own_protocols import NAMES, DataKey, Hints, Location, Reading

if TYPE_CHECKING:
    from acquisition.devices.own_protocols import (
        Checkable,
        Collectable,
        Configurable,
        EventCollectable,
        EventPageCollectable,
        Flyable,
        HasHints,
        HasName,
        HasParent,
        Locatable,
        Movable,
        NamedMovable,
        Pausable,
        Preparable,
        Readable,
        Stageable,
        Status,
        Stoppable,
        Subscribable,
        Triggerable,
        WritesExternalAssets,
        WritesStreamAssets,
        check_supports,
    )
else:
    try:
        from bluesky import protocols as _source
    except ImportError:
        from acquisition.devices import own_protocols as _source

    for _name in (*NAMES, "check_supports"):
        globals()[_name] = getattr(_source, _name)

__all__ = [
    "Checkable",
    "Collectable",
    "Configurable",
    "DataKey",
    "EventCollectable",
    "EventPageCollectable",
    "Flyable",
    "HasHints",
    "HasName",
    "HasParent",
    "Hints",
    "Locatable",
    "Location",
    "Movable",
    "NamedMovable",
    "Pausable",
    "Preparable",
    "Readable",
    "Reading",
    "Stageable",
    "Status",
    "Stoppable",
    "Subscribable",
    "Triggerable",
    "WritesExternalAssets",
    "WritesStreamAssets",
    "check_supports",
    "protocols_of",
]


def protocols_of(obj: Any) -> list[str]:
    """Return the names of all protocols that ``obj`` fulfils, sorted."""
    return [name for name in NAMES if isinstance(obj, globals()[name])]
