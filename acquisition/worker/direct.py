"""Move, read and stop devices outside plans, while the plan that runs does not hold them.

Each act has a thread of its own, so that a slow device holds neither the control thread nor another one up.
"""

import contextlib
import inspect
import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from accounts.access import scopes
from accounts.actor import Actor
from accounts.selectors import actor_for_username
from acquisition.devices.registry import children_of
from acquisition.engine.event_loop import call_in_bluesky_event_loop
from acquisition.plans.msg import Msg
from acquisition.plans.values import device_named
from acquisition.queue.models import ControlCommand
from acquisition.queue.permits import permit_of
from acquisition.worker.driver import NotPossibleError
from acquisition.worker.environment import OpenBeamline
from acquisition.worker.guard import ItemGuard
from acquisition.worker.later import Later
from acquisition.worker.values import find, units_of
from catalog.documents.encoding import to_storable

logger = logging.getLogger(__name__)

MOVE_S: Final = 600.0
CALL_S: Final = 10.0
MAX_VALUES: Final = 10_000


class DirectDevices:
    """The devices of an open beamline, for acts outside plans.

    Parameters
    ----------
    held
        Gives the names of the devices that the running plan holds, and the plan's name.
    """

    def __init__(self, beamline: OpenBeamline, held: Callable[[], tuple[frozenset[str], str]]) -> None:
        self._beamline = beamline
        self._held = held
        self._moving: dict[str, str] = {}
        self._stopped: dict[str, str] = {}
        self._last_stop: dict[str, ControlCommand] = {}
        self._lock = threading.Lock()

    def begin(self, command: ControlCommand) -> Later:
        """Begin an act; its outcome comes later.

        Raises
        ------
        NotPossibleError
            There is no such device, it cannot do this, a plan holds it, or it moves already.
        """
        name = command.device
        if device_named(name, self._beamline.descriptions) is None:
            raise NotPossibleError(f"there is no device {name!r} here any more")
        device = find(self._beamline.devices, name)
        act = {"read": self._read, "move": self._move, "halt_move": self._stop}[command.action]
        if command.action != "halt_move":
            guard = self._guard(command, self._requester(command))
            self._check(guard, command, device)
            if command.payload.get("parts"):
                act = partial(self._read_all, self._parts(guard, device, command.device))
        if command.action == "move":
            self._check_order(command)
            self._claim(command)
        if command.action == "halt_move":
            self._last_stop[_root_of(name)] = command
        later = Later()
        thread = threading.Thread(
            target=self._run, args=(act, device, command, later), name=f"{command.action}-{name}", daemon=True
        )
        thread.start()
        return later

    def _requester(self, command: ControlCommand) -> Actor:
        return actor_for_username(command.requested_by)

    def _guard(self, command: ControlCommand, requester: Actor) -> ItemGuard:
        return ItemGuard(
            username=command.requested_by,
            held=frozenset(scopes(requester, beamline=self._beamline.manifest.name)),
            access={spec.name: spec.access for spec in self._beamline.manifest.devices},
            at_checkpoint=lambda: None,
            limits=self._beamline.manifest.limits,
            permit=permit_of(requester, self._beamline.manifest.name),
        )

    def _check(self, guard: ItemGuard, command: ControlCommand, device: Any) -> None:
        """Refuse what the requester may not do now, or the beamline does not allow."""
        try:
            if command.action == "read":
                guard(Msg("read", device))
            else:
                guard(Msg("set", device, self._target(device, command)))
        except (PermissionError, ValueError) as error:
            raise NotPossibleError(str(error)) from error

    def _parts(self, guard: ItemGuard, device: Any, name: str) -> dict[str, Any]:
        """Give the parts that can be read and that the requester may read, by their dotted names."""
        described = (device_named(name, self._beamline.descriptions) or {}).get("components") or {}
        found = {}
        for part, child in children_of(device).items():
            if "Readable" in described.get(part, {}).get("protocols", ()):
                with contextlib.suppress(PermissionError, ValueError):
                    guard(Msg("read", child))
                    found[f"{name}.{part}"] = child
        return found

    def _check_order(self, command: ControlCommand) -> None:
        """Refuse a move that is older than a stop that is carried out already: the stop overtook it."""
        stop = self._last_stop.get(_root_of(command.device))
        if stop is not None and stop.pk and command.pk and command.pk < stop.pk:
            raise NotPossibleError(
                f"{command.device} was told to stop by {stop.requested_by} after this move was asked for: "
                "move it again if it is still to go there"
            )

    def _claim(self, command: ControlCommand) -> None:
        names, plan = self._held()
        root = _root_of(command.device)
        if root in names:
            raise NotPossibleError(
                f"{root} is held by the plan {plan}, which runs now (also while it is paused): "
                "stop the plan first"
            )
        with self._lock:
            if root in self._moving:
                raise NotPossibleError(f"{root} is being moved by {self._moving[root]} already")
            self._moving[root] = command.requested_by

    def _run(
        self, act: Callable[[Any, ControlCommand], Any], device: Any, command: ControlCommand, later: Later
    ) -> None:
        try:
            later.finish("done", *act(device, command))
        except Exception as error:  # noqa: BLE001  a device may raise anything; it is the answer
            later.finish("failed", f"{type(error).__name__}: {error}", {})
        finally:
            if command.action == "move":
                with self._lock:
                    root = _root_of(command.device)
                    self._moving.pop(root, None)
                    self._stopped.pop(root, None)

    def _read(self, device: Any, command: ControlCommand) -> tuple[str, dict[str, Any]]:
        readings = _called(device.read)
        large = [key for key, reading in readings.items() if _size(reading["value"]) > MAX_VALUES]
        if large:
            raise ValueError(f"{', '.join(large)}: more than {MAX_VALUES} values; take them by a plan")
        units = units_of(device)
        told = {key: {**to_storable(dict(reading)), "units": units} for key, reading in readings.items()}
        return f"{command.device} was read", told

    def _read_all(
        self, parts: Mapping[str, Any], device: Any, command: ControlCommand
    ) -> tuple[str, dict[str, Any]]:
        """Read a device and each of its parts; a part that cannot be read says so in its place."""
        read = self._read(device, command)[1]
        for name, part in parts.items():
            try:
                reading = _main_reading(part)
                read |= {name: reading} if reading else {}
            except Exception as error:  # noqa: BLE001  a part may raise anything; it is its answer
                read[name] = {"value": None, "fault": f"{type(error).__name__}: {error}"[:200]}
        return f"{command.device} and {len(parts)} of its parts were read", read

    def _move(self, device: Any, command: ControlCommand) -> tuple[str, dict[str, Any]]:
        target = self._target(device, command)
        status = _called(device.set, target)
        if self._stopper_of(command.device) is not None:
            # The stop was carried out before the device began to move.
            _called(device.stop)
        wait = getattr(status, "wait", None)
        if callable(wait):
            wait(MOVE_S)
        elif inspect.isawaitable(status):
            call_in_bluesky_event_loop(_finished(status), timeout=MOVE_S)
        stopped_by = self._stopper_of(command.device)
        if stopped_by is not None:
            told = f"{command.device} was stopped by {stopped_by} on its way to {target!r}"
        else:
            told = f"{command.device} is at {target!r}"
        return told, self._read(device, command)[1]

    def _stop(self, device: Any, command: ControlCommand) -> tuple[str, dict[str, Any]]:
        stop = getattr(device, "stop", None)
        if not callable(stop):
            raise TypeError(f"{command.device} cannot be stopped")
        root = _root_of(command.device)
        with self._lock:
            if root in self._moving:
                self._stopped[root] = command.requested_by
        _called(stop)
        return f"{command.device} was told to stop", {}

    def _stopper_of(self, name: str) -> str | None:
        with self._lock:
            return self._stopped.get(_root_of(name))

    def _target(self, device: Any, command: ControlCommand) -> Any:
        value = command.payload.get("value")
        if not command.payload.get("relative"):
            return value
        here = _called(device.locate)["readback"] if hasattr(device, "locate") else device.position
        return float(here) + float(value)


def _called(method: Callable[..., Any], *args: Any) -> Any:
    """Call a method of a device, also of one that is asynchronous."""
    answer = method(*args)
    return call_in_bluesky_event_loop(answer, timeout=CALL_S) if inspect.iscoroutine(answer) else answer


async def _finished(status: Any) -> None:
    await status


def _main_reading(part: Any) -> dict[str, Any]:
    """Give the reading that stands for a part, with its units; empty where it has settings alone."""
    readings = _called(part.read)
    if not readings:
        return {}
    key = getattr(part, "name", "")
    reading = readings[key] if key in readings else next(iter(readings.values()))
    if _size(reading["value"]) > MAX_VALUES:
        raise ValueError(f"more than {MAX_VALUES} values; take them by a plan")
    return {**to_storable(dict(reading)), "units": units_of(part)}


def _size(value: Any) -> int:
    return int(getattr(value, "size", 0) or (len(value) if isinstance(value, list | tuple | str) else 1))


def roots_of(names: Mapping[str, Any] | frozenset[str] | set[str] | tuple[str, ...]) -> frozenset[str]:
    """Give the names of whole devices for names of devices and parts.

    Examples
    --------
    >>> sorted(roots_of(("det.exposure_s", "sx")))
    ['det', 'sx']
    """
    return frozenset(_root_of(name) for name in names)


def _root_of(name: str) -> str:
    return name.split(".")[0]
