"""What a manifest says, as values: devices by the name of their class, and what belongs to the beamline."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from acquisition.devices.errors import DeviceError


class NoSuchClassError(DeviceError, ImportError):
    """A dotted name that is no class."""


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One device of a manifest.

    ``cls`` is the dotted name of its class, ``args`` are its arguments besides ``name``, ``access`` says who
    may use it (empty: everybody who may use the beamline).
    """

    name: str
    cls: str
    args: dict[str, Any] = field(default_factory=dict)
    access: dict[str, Any] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A beamline, as its file describes it."""

    path: str
    name: str
    title: str
    time_zone: str
    devices: tuple[DeviceSpec, ...]
    plans: tuple[str, ...] = ()
    code: tuple[Path, ...] = ()
    presets: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    suspenders: tuple[dict[str, Any], ...] = ()
    status_board: tuple[str, ...] = ()
    baseline: tuple[str, ...] = ()
    metadata_schema: dict[str, Any] = field(default_factory=dict)

    def device(self, name: str) -> DeviceSpec:
        """Return the device of that name; raise KeyError."""
        for spec in self.devices:
            if spec.name == name:
                return spec
        raise KeyError(name)


def resolve_class(dotted: str) -> type[Any]:
    """Return the class of that dotted name.

    Raises
    ------
    NoSuchClassError
        If there is none.
    """
    module_name, _, class_name = dotted.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name, None) if module_name else None
    except SyntaxError as error:
        where = f"{error.filename}:{error.lineno}"
        raise NoSuchClassError(f"{dotted!r} cannot be imported: {where}: {error.msg}") from error
    except Exception as error:
        raise NoSuchClassError(f"{dotted!r} cannot be imported: {error}") from error
    if not isinstance(found, type):
        raise NoSuchClassError(f"{dotted!r} is no class")
    return found


def arguments_of(spec: DeviceSpec, cls: type[Any]) -> dict[str, Any]:
    """Return the keyword arguments of a device: its own, its name, its title if the class takes one."""
    arguments = {**spec.args, "name": spec.name}
    try:
        parameters = inspect.signature(cls).parameters
    except ValueError:
        parameters = {}  # type: ignore[assignment]  # only membership is asked for
    if spec.title and "title" in parameters:
        arguments["title"] = spec.title
    return arguments
