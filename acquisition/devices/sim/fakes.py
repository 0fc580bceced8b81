"""Devices of the library without their control system."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from acquisition.devices.backends.base import metadata_of
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.component import Component
from acquisition.devices.device import Device
from acquisition.devices.library.area_detector import AreaDetector
from acquisition.devices.library.motor import Motor
from acquisition.devices.library.shutter import Shutter
from acquisition.devices.signal import Signal
from acquisition.devices.standard.derived import DerivedBackend
from acquisition.devices.status import Status

DeviceT = TypeVar("DeviceT", bound=Device)


class FakeBackend(SoftBackend):
    """A value in memory in the place of a process variable: it becomes whatever it is put.

    Parameters
    ----------
    pv_name
        The process variable that it stands for.
    """

    def __init__(self, pv_name: str) -> None:
        super().__init__(0.0)
        self.pv_name = pv_name
        self.then: Callable[[Any], Any] | None = None

    @property
    def source(self) -> str:
        """The process variable as a URI."""
        return f"fake://{self.pv_name}"

    def publish(self, value: Any) -> None:
        """Become ``value``, as if the control system had changed it."""
        self._metadata = metadata_of(value)
        super().publish(value)

    def put(self, value: Any, *, timeout_s: float = 5.0) -> Status:
        """Become ``value``, and let the rest of the device follow."""
        self.publish(value)
        if self.then is not None:
            self.then(value)
        return Status.finished(f"{self._name} being set to {value!r}")

    def _fitting(self, value: Any) -> Any:
        return value


def make_fake_device(cls: type[DeviceT]) -> type[DeviceT]:
    """Return a class like ``cls`` whose signals are all in memory.

    ``device.part.backend.publish(value)`` changes a value as the control system would. Motors arrive,
    shutters follow their command and cameras count their frames at once.

    Examples
    --------
    >>> motor = make_fake_device(Motor)("DEMO:sx", "sx")
    >>> motor.set(3).wait(1)
    >>> motor.read()["sx"]["value"]
    3.0
    """
    takes_backend = "backend" in inspect.signature(cls.__init__).parameters

    def build(self: DeviceT, *args: Any, **settings: Any) -> None:
        if takes_backend:
            settings.setdefault("backend", FakeBackend)
        cls.__init__(self, *args, **settings)
        for signal in _signals_of(self):
            if not isinstance(signal.backend, SoftBackend | DerivedBackend):
                _replace(signal)
        for device in _devices_of(self):
            for known, bring_alive in LIFE.items():
                if isinstance(device, known):
                    bring_alive(device)
        self.tell_connected()

    members = {"__init__": build, "__doc__": cls.__doc__, "__module__": cls.__module__}
    return cast("type[DeviceT]", type(f"Fake{cls.__name__}", (cls,), members))


def instantiate_fake_device(cls: type[DeviceT], *args: Any, **settings: Any) -> DeviceT:
    """Return a device like those of ``cls``, with all signals in memory; see ``make_fake_device``."""
    return make_fake_device(cls)(*args, **settings)


def _signals_of(component: Component) -> Iterator[Signal]:
    if isinstance(component, Signal):
        yield component
    for child in component.children.values():
        yield from _signals_of(child)


def _devices_of(component: Component) -> Iterator[Component]:
    yield component
    for child in component.children.values():
        yield from _devices_of(child)


def _replace(signal: Signal) -> None:
    real = signal.backend
    signal.backend = FakeBackend(getattr(real, "pv_name", signal.name))
    signal.backend.named(signal.name)
    if getattr(real, "is_text", False):
        signal.backend.publish("")


def _when_put(signal: Signal, then: Callable[[Any], Any]) -> None:
    cast("FakeBackend", signal.backend).then = then


def _publish(signal: Signal, value: Any) -> None:
    cast("FakeBackend", signal.backend).publish(value)


def _motor(motor: Any) -> None:
    """Arrive at once."""
    _publish(motor.done_moving, 1)
    _publish(motor.velocity, 1.0)
    _when_put(motor.setpoint, lambda value: _publish(motor.readback, float(value)))


def _shutter(shutter: Any) -> None:
    """Follow the command."""
    for signal in (shutter.command, shutter.state):
        _publish(signal, "closed")
    _when_put(shutter.command, lambda value: _publish(shutter.state, value))


def _camera(camera: Any) -> None:
    """Count frames of a file that nobody writes."""
    for signal, value in ((camera.rows, 96), (camera.columns, 128), (camera.frames, 0)):
        _publish(signal, value)
    _when_put(camera.file_name, lambda value: _publish(camera.full_path, f"/fake/{value}"))
    _when_put(camera.capture, lambda value: _publish(camera.frames, 0) if value else None)
    _when_put(camera.acquire, lambda value: _publish(camera.frames, camera.frames.get() + bool(value)))


LIFE: dict[type[Device], Callable[[Any], None]] = {Motor: _motor, Shutter: _shutter, AreaDetector: _camera}
"""How the parts of a known device follow each other."""
