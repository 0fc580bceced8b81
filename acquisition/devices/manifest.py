"""The manifest of a beamline: which devices it has, and what belongs to it.

A TOML file, checked whole when loaded: every fault is told at once, with the file and the key.
"""

from __future__ import annotations

import importlib.util
import inspect
import math
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonschema

from acquisition.devices.building import build_devices, close_devices
from acquisition.devices.code_folders import forget_modules, make_importable
from acquisition.devices.description import describe_devices
from acquisition.devices.device_spec import (
    DeviceSpec,
    Manifest,
    NoSuchClassError,
    arguments_of,
    resolve_class,
)
from acquisition.devices.errors import ManifestError

__all__ = ["DeviceSpec", "Manifest", "build_devices", "close_devices", "describe_devices", "load_manifest"]

Faults = list[tuple[str, str]]
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DEVICE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
DEVICE_KEYS = {"class", "args", "access", "title"}


TABLES = ("devices", "presets", "limits", "metadata_schema")
NAME_LISTS = ("plans", "code", "status_board", "baseline")
TOP_KEYS = {"name", "title", "time_zone", "suspenders", *TABLES, *NAME_LISTS}


def load_manifest(path: str | Path) -> Manifest:
    """Read and check a manifest.

    Raises
    ------
    ManifestError
        With every fault of the file.
    """
    raw = _read(Path(path))
    faults: Faults = []
    checked = _with_right_types(raw, faults)
    folders = _code_folders(Path(path).parent, checked["code"], faults)
    forget_modules(folders)  # what was edited since is read anew
    make_importable(folders)
    specs = tuple(
        _device(name, entry, faults) for name, entry in checked["devices"].items() if isinstance(entry, dict)
    )
    manifest = Manifest(
        path=str(path),
        name=checked["name"],
        title=checked["title"],
        time_zone=checked["time_zone"],
        devices=specs,
        plans=tuple(checked["plans"]),
        code=folders,
        presets=checked["presets"],
        limits=checked["limits"],
        suspenders=tuple(checked["suspenders"]),
        status_board=tuple(checked["status_board"]),
        baseline=tuple(checked["baseline"]),
        metadata_schema=checked["metadata_schema"],
    )
    for check in CHECKS:
        check(manifest, faults)
    if faults:
        raise ManifestError(str(path), faults)
    return manifest


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(str(path), [("", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ManifestError(str(path), [("", "is not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(str(path), [("", f"is not TOML: {error}")]) from error


def _with_right_types(raw: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Return the file's values with defaults, and with what has the wrong type left out."""
    for key in raw.keys() - TOP_KEYS:
        faults.append((key, f"is not known; known are {', '.join(sorted(TOP_KEYS))}"))
    checked: dict[str, Any] = {}
    for key in ("name", "title"):
        checked[key] = _typed(raw, key, str, None, faults)
    checked["time_zone"] = _typed(raw, "time_zone", str, "UTC", faults)
    for key in TABLES:
        checked[key] = _typed(raw, key, dict, {}, faults)
    for key in NAME_LISTS:
        checked[key] = _list(raw, key, str, "text", faults)
    checked["suspenders"] = _list(raw, "suspenders", dict, "a table", faults)
    for name, entry in checked["devices"].items():
        if not isinstance(entry, dict):
            faults.append((f"devices.{name}", "must be a table"))
    return checked


KINDS: dict[type[Any], str] = {str: "text", dict: "a table", list: "a list"}


def _typed(
    raw: Mapping[str, Any],
    key: str,
    kind: type,
    default: Any,
    faults: Faults,
    prefix: str = "",
) -> Any:
    if key not in raw:
        if default is None:
            faults.append((f"{prefix}{key}", "is missing"))
            return ""
        return default
    value = raw[key]
    if not isinstance(value, kind):
        faults.append((f"{prefix}{key}", f"must be {KINDS[kind]}, not {value!r}"))
        return kind() if default is None else default
    return value


def _list(raw: Mapping[str, Any], key: str, kind: type[Any], word: str, faults: Faults) -> list[Any]:
    kept = []
    for index, entry in enumerate(_typed(raw, key, list, [], faults)):
        if isinstance(entry, kind):
            kept.append(entry)
        else:
            faults.append((f"{key}[{index}]", f"must be {word}, not {entry!r}"))
    return kept


def _code_folders(beside: Path, names: Iterable[str], faults: Faults) -> tuple[Path, ...]:
    """Give the folders of the beamline's own code; a relative name is beside the manifest."""
    folders = []
    for index, name in enumerate(names):
        folder = (beside / name).resolve()
        if folder.is_dir():
            folders.append(folder)
        else:
            faults.append((f"code[{index}]", f"there is no folder {name!r} beside the manifest"))
    return tuple(folders)


def _device(name: str, entry: dict[str, Any], faults: Faults) -> DeviceSpec:
    prefix = f"devices.{name}."
    for key in entry.keys() - DEVICE_KEYS:
        faults.append((f"{prefix}{key}", f"is not known; known are {', '.join(sorted(DEVICE_KEYS))}"))
    return DeviceSpec(
        name=name,
        cls=_typed(entry, "class", str, None, faults, prefix),
        args=_typed(entry, "args", dict, {}, faults, prefix),
        access=_typed(entry, "access", dict, {}, faults, prefix),
        title=_typed(entry, "title", str, "", faults, prefix),
    )


def _check_names(manifest: Manifest, faults: Faults) -> None:
    if manifest.name and not SLUG.fullmatch(manifest.name):
        faults.append(("name", f"{manifest.name!r} must be lower-case letters, digits and single hyphens"))
    for spec in manifest.devices:
        if not DEVICE_NAME.fullmatch(spec.name):
            text = "the name must be lower-case letters, digits and underscores, with a letter first"
            faults.append((f"devices.{spec.name}", text))


def _check_time_zone(manifest: Manifest, faults: Faults) -> None:
    try:
        zoneinfo.ZoneInfo(manifest.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(("time_zone", f"{manifest.time_zone!r} is no time zone, such as 'Europe/Zurich'"))


def _check_classes(manifest: Manifest, faults: Faults) -> None:
    for spec in manifest.devices:
        if not spec.cls:
            continue
        try:
            cls = resolve_class(spec.cls)
        except NoSuchClassError as error:
            faults.append((f"devices.{spec.name}.class", str(error)))
            continue
        try:
            inspect.signature(cls).bind(**arguments_of(spec, cls))
        except TypeError as error:
            faults.append((f"devices.{spec.name}.args", f"do not fit {spec.cls}: {error}"))
        except ValueError:
            continue  # a class without a signature is tried when it is built


def _check_references(manifest: Manifest, faults: Faults) -> None:
    known = {spec.name for spec in manifest.devices}
    for key in ("status_board", "baseline"):
        for index, name in enumerate(getattr(manifest, key)):
            if name.split(".")[0] not in known:
                faults.append((f"{key}[{index}]", f"there is no device {name!r}"))
    for index, entry in enumerate(manifest.suspenders):
        device = entry.get("device")
        if not isinstance(entry.get("class"), str):
            faults.append((f"suspenders[{index}].class", "is missing"))
        if not isinstance(device, str) or device.split(".")[0] not in known:
            faults.append((f"suspenders[{index}].device", f"there is no device {device!r}"))


def _check_limits(manifest: Manifest, faults: Faults) -> None:
    known = {spec.name for spec in manifest.devices}
    for name, entry in manifest.limits.items():
        if name.split(".")[0] not in known:
            faults.append((f"limits.{name}", f"there is no device {name!r}"))
        numbers = (
            [v for v in entry if type(v) in (int, float) and math.isfinite(v)] if _is_pair(entry) else []
        )
        if len(numbers) != 2 or not numbers[0] < numbers[1]:
            faults.append((f"limits.{name}", f"must be two numbers, low and high, not {entry!r}"))


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2


def _check_plans(manifest: Manifest, faults: Faults) -> None:
    for index, module in enumerate(manifest.plans):
        try:
            found = importlib.util.find_spec(module)
        except (ImportError, ValueError):
            found = None
        if found is None:
            faults.append((f"plans[{index}]", f"there is no module {module!r}"))


def _check_metadata_schema(manifest: Manifest, faults: Faults) -> None:
    try:
        jsonschema.Draft202012Validator.check_schema(manifest.metadata_schema)
    except jsonschema.SchemaError as error:
        path = ".".join(["metadata_schema", *map(str, error.path)])
        faults.append((path, f"is no JSON schema: {error.message}"))


CHECKS: tuple[Callable[[Manifest, Faults], None], ...] = (
    _check_names,
    _check_time_zone,
    _check_classes,
    _check_references,
    _check_limits,
    _check_plans,
    _check_metadata_schema,
)
