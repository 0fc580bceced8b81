"""Make the devices of a manifest, and connect them all at once."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from collections.abc import Mapping
from typing import Any

from acquisition.devices.async_loop import loop_for_devices
from acquisition.devices.backends.base import DEFAULT_TIMEOUT_S
from acquisition.devices.component import Component
from acquisition.devices.connecting import connect_all
from acquisition.devices.device_spec import Manifest, arguments_of, resolve_class
from acquisition.devices.errors import NotConnectedError
from acquisition.devices.registry import check_keys


def build_devices(manifest: Manifest, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> dict[str, Any]:
    """Make and connect every device of a manifest, in parallel.

    Devices of other libraries are connected their own way: ``wait_for_connection`` (ophyd) or an async
    ``connect`` (ophyd-async, on the loop that the engine has or will have).

    Raises
    ------
    NotConnectedError
        With every failure, as an indented tree; what had been connected is closed again.
    """
    failures: dict[str, Exception | str] = {}
    devices: dict[str, Any] = {}
    for spec in manifest.devices:
        try:
            cls = resolve_class(spec.cls)
            devices[spec.name] = cls(**arguments_of(spec, cls))
        except Exception as error:  # noqa: BLE001  a class of anybody may raise anything; all failures are told together
            failures[spec.name] = f"could not be made: {type(error).__name__}: {error}"
    own = {name: device for name, device in devices.items() if isinstance(device, Component)}
    foreign = {name: device for name, device in devices.items() if name not in own}
    try:
        connect_all(own.values(), timeout_s=timeout_s)
    except NotConnectedError as error:
        if isinstance(error.failures, Mapping):
            failures.update(error.failures)
    failures.update(_connect_foreign(foreign, timeout_s))
    if not failures:
        failures.update(check_keys(own))
    if failures:
        close_devices(devices)
        raise NotConnectedError(failures)
    return devices


def close_devices(devices: Mapping[str, Any]) -> None:
    """Let go of every device of ours."""
    for device in devices.values():
        if isinstance(device, Component):
            for _, backend in device.backends():
                backend.close()


def _connect_foreign(devices: Mapping[str, Any], timeout_s: float) -> dict[str, Exception | str]:
    if not devices:
        return {}
    failures: dict[str, Exception | str] = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(devices)) as pool:
        futures = {name: pool.submit(_connect_one, device, timeout_s) for name, device in devices.items()}
    for name, future in futures.items():
        error = future.exception()
        if isinstance(error, Exception):
            failures[name] = f"{type(error).__name__}: {error}"
    return failures


def _connect_one(device: Any, timeout_s: float) -> None:
    if hasattr(device, "wait_for_connection"):
        device.wait_for_connection(timeout=timeout_s)
    elif inspect.iscoroutinefunction(getattr(device, "connect", None)):
        connecting = asyncio.run_coroutine_threadsafe(device.connect(timeout=timeout_s), loop_for_devices())
        connecting.result(timeout_s + 1.0)
