"""What was moved and what was measured in a stream, as documents tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.export.columns import Column
from catalog.export.protocol import ExportableRun
from catalog.export.runs import data_keys_of

SETPOINT_ENDINGS = ("_user_setpoint", "_setpoint")


@dataclass(frozen=True, slots=True)
class Roles:
    """Data keys of a stream by what they are.

    Attributes
    ----------
    axes
        What the plan moved along, slowest first.
    setpoints
        Where moving things were sent; by the key of what they are the target of, where that is known.
    signals
        What was measured, hinted keys first.
    """

    axes: tuple[str, ...]
    setpoints: Mapping[str, str]
    signals: tuple[str, ...]


def roles_of(run: ExportableRun, stream: str, columns: Sequence[Column]) -> Roles:
    """Sort the columns of a stream."""
    known = {column.key for column in columns}
    described = data_keys_of(run, stream)
    motors = _names(run.start.get("motors"))
    axes = [key for key in _dimensions(run, stream) if key in known]
    for key in described:
        moved = described[key].get("object_name") in motors or key in motors
        if moved and key in known and key not in axes and not _is_setpoint(key):
            axes.append(key)
    setpoints = {_target(key, known): key for key in described if key in known and _is_setpoint(key)}
    hinted = [key for key in _hinted(run, stream) if key in known]
    rest = [column.key for column in columns if column.key not in {*axes, *setpoints.values()}]
    signals = dict.fromkeys([*(key for key in hinted if key in rest), *rest])
    return Roles(tuple(axes), setpoints, tuple(signals))


def configuration_of(run: ExportableRun, stream: str) -> dict[str, Mapping[str, Any]]:
    """Give, by device, the configuration values of the first descriptor of a stream."""
    for doc in run.descriptors:
        if doc.get("name", "") == stream:
            devices = doc.get("configuration") or {}
            return {name: held.get("data", {}) for name, held in devices.items()}
    return {}


def _is_setpoint(key: str) -> bool:
    return key.endswith(SETPOINT_ENDINGS)


def _target(key: str, known: set[str]) -> str:
    for ending in SETPOINT_ENDINGS:
        if key.endswith(ending):
            name = key.removesuffix(ending)
            return name if name in known else f"{name}_readback" if f"{name}_readback" in known else name
    return key


def _dimensions(run: ExportableRun, stream: str) -> list[str]:
    hints = run.start.get("hints")
    given = hints.get("dimensions") if isinstance(hints, Mapping) else None
    found = []
    for dimension in given if isinstance(given, list | tuple) else ():
        if isinstance(dimension, list | tuple) and len(dimension) == 2 and dimension[1] == stream:
            fields = dimension[0] if isinstance(dimension[0], list | tuple) else [dimension[0]]
            found += [field for field in fields[:1] if isinstance(field, str)]
    return found


def _hinted(run: ExportableRun, stream: str) -> list[str]:
    found: list[str] = []
    for doc in run.descriptors:
        hints = doc.get("hints") if doc.get("name", "") == stream else None
        for hint in (hints or {}).values():
            fields = hint.get("fields") if isinstance(hint, Mapping) else None
            found += [field for field in fields or () if isinstance(field, str)]
    return list(dict.fromkeys(found))


def _names(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {name for name in value if isinstance(name, str)} if isinstance(value, list | tuple) else set()
