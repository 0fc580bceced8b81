"""Look at a beamline before it is used: ``python -m acquisition.devices.check config/beamlines/mine.toml``.

Reads the manifest, connects its devices and shows their values. Every fault is told at once, with file and
key or as a tree of devices, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from acquisition.devices.errors import DeviceError, ManifestError, NotConnectedError
from acquisition.devices.manifest import build_devices, close_devices, load_manifest


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a manifest; return the exit code."""
    parser = argparse.ArgumentParser(description="Check the manifest of a beamline and connect its devices.")
    parser.add_argument("manifest", help="the TOML file")
    parser.add_argument("--timeout", type=float, default=5.0, help="s to connect in (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        manifest = load_manifest(options.manifest)
        devices = build_devices(manifest, timeout_s=options.timeout)
    except ManifestError as error:
        return _failed(str(error))
    except NotConnectedError as error:
        return _failed(f"not every device of {options.manifest} answers:\n{error.tree()}\n{_where()}")
    try:
        sys.stdout.writelines(f"{line}\n" for line in _lines(devices))
    finally:
        close_devices(devices)
    sys.stdout.write(f"{manifest.title}: {len(devices)} devices answer\n")
    return 0


def _failed(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


def _where() -> str:
    """Say where Channel Access looked: a wrong address is the commonest reason."""
    names = ("EPICS_CA_ADDR_LIST", "EPICS_CA_AUTO_ADDR_LIST", "EPICS_CA_SERVER_PORT")
    return "Channel Access: " + ", ".join(f"{name}={os.environ.get(name, '(not set)')}" for name in names)


def _lines(devices: Mapping[str, Any]) -> list[str]:
    width = max((len(name) for name in devices), default=0)
    return [f"{name:{width}}  {_value(device)}" for name, device in devices.items()]


def _value(device: Any) -> str:
    signal = getattr(device, "primary", None) or device
    try:
        value = signal.get()
        units = signal.metadata.units
    except (AttributeError, DeviceError, NotImplementedError):
        return type(device).__name__
    return f"{value:.6g} {units}".rstrip() if isinstance(value, float) else f"{value} {units}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
