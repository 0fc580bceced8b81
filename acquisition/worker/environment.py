"""Open a beamline: read its manifest, load its plans, connect its devices."""

import logging
import pkgutil
import platform
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from acquisition.devices.code_folders import version_of
from acquisition.devices.manifest import Manifest, build_devices, describe_devices, load_manifest
from acquisition.plans.registry import PlanFault, PlanRegistry
from acquisition.worker.device_settings import with_settings
from acquisition.worker.guard import access_faults
from acquisition.worker.limits import narrowed
from acquisition.worker.offers import ordered_schema, preset_faults, presets_of
from acquisition.worker.values import find

logger = logging.getLogger(__name__)


class AccessTableError(ValueError):
    """The manifest asks for access in words that mean nothing here."""


#: Packages whose versions belong to the record of a run.
RECORDED: Final = (
    "beamport",
    "bluesky",
    "ophyd",
    "ophyd-async",
    "event-model",
    "numpy",
    "caproto",
    "django",
    "celery",
)


@dataclass(slots=True)
class OpenBeamline:
    """What a worker works with."""

    manifest: Manifest
    devices: dict[str, Any]
    registry: PlanRegistry
    plans: dict[str, dict[str, Any]]
    descriptions: dict[str, dict[str, Any]]
    presets: list[dict[str, Any]] = field(default_factory=list)
    metadata_schema: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)


def open_beamline(name: str, folder: Path, *, timeout_s: float = 5.0) -> OpenBeamline:
    """Open the beamline `name` as its manifest in `folder` says.

    A plan file with a fault does not keep the others from being used; it is listed in `faults`.

    Raises
    ------
    ManifestError
        The manifest is missing or wrong; every fault is named.
    NotConnectedError
        Devices did not answer; every failure is named.
    """
    manifest = load_manifest(folder / f"{name}.toml")
    faults = access_faults({spec.name: spec.access for spec in manifest.devices})
    if faults:
        raise AccessTableError(f"the manifest of {name} is wrong: {'; '.join(faults)}")
    registry = PlanRegistry()
    registry.load(manifest.plans)
    devices = build_devices(manifest, timeout_s=timeout_s)
    plans = registry.descriptions()
    wrong = preset_faults(manifest.presets, plans)
    return OpenBeamline(
        manifest=manifest,
        devices=devices,
        registry=registry,
        plans=plans,
        descriptions=narrowed(with_settings(describe_devices(devices), devices), manifest.limits),
        presets=presets_of(manifest.presets, plans),
        metadata_schema=ordered_schema(manifest.metadata_schema),
        faults=[*(_fault_text(fault) for fault in registry.faults), *wrong],
        versions={**versions(), **{f"code {folder.name}": version_of(folder) for folder in manifest.code}},
    )


def close_beamline(beamline: OpenBeamline) -> None:
    """Let go of the devices."""
    for name, device in beamline.devices.items():
        close = getattr(device, "close", None)
        if not callable(close):
            continue
        try:
            close()
        except Exception:
            logger.exception("%s could not be closed", name)


def suspenders_of(beamline: OpenBeamline) -> list[Any]:
    """Make the suspenders of the manifest.

    An entry names a class (of `acquisition.engine.suspenders`, or dotted), a device, and further arguments.
    """
    made = []
    for entry in beamline.manifest.suspenders:
        name = entry["class"]
        cls = pkgutil.resolve_name(name if "." in name else f"acquisition.engine.suspenders:{name}")
        arguments = {key: value for key, value in entry.items() if key not in ("class", "device")}
        made.append(cls(find(beamline.devices, entry["device"]), **arguments))
    return made


def _fault_text(fault: PlanFault) -> str:
    where = f"{fault.file}:{fault.line}: " if fault.line else ""
    what = f"plan {fault.plan}" if fault.plan else f"module {fault.module}"
    return f"{what}: {where}{fault.message}"


def versions() -> dict[str, str]:
    """Give the versions of what takes part in a run."""
    found = {"python": platform.python_version()}
    for package in RECORDED:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
