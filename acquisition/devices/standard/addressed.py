"""Devices that a manifest puts together from addresses, on any control layer, without a line of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import AddressError
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.standard.settling import SettleLogic
from acquisition.devices.status import Status

ENTRY_KEYS = ("address", "kind", "writes", "title")


class SignalAt(Signal):
    """One value that is only read.

    Parameters
    ----------
    address
        Where it is: ``pva://DEMO:ring:current``.
    options
        Of the backend of that control layer.
    """

    def __init__(self, address: str, name: str = "", *, title: str = "", **options: Any) -> None:
        super().__init__(backend_at(address, **options), name, title=title, kind=Kind.HINTED)


class SettingAt(WritableSignal):
    """One value that is read and set; parameters as of ``SignalAt``."""

    def __init__(self, address: str, name: str = "", *, title: str = "", **options: Any) -> None:
        super().__init__(backend_at(address, **options), name, title=title, kind=Kind.HINTED)


class SignalTable(Device):
    """Several values as one device, which is read as one.

    Parameters
    ----------
    signals
        A table of the values by name. Each is an address, or a table with ``address``, ``kind`` (hinted,
        normal, config, omitted), ``writes`` (true if it may be set; true for line commands with ``write``),
        ``title``, and the options of its control layer.
    prefix
        Comes before each address. An entry without an address has its name as address.
    main
        The value that has the name of the device.
    options
        Of the control layer, for all of them.
    """

    def __init__(
        self,
        signals: Mapping[str, Any],
        name: str = "",
        *,
        prefix: str = "",
        main: str = "",
        title: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(name, title=title)
        self.prefix = prefix
        if not signals:
            raise AddressError(f"{name} needs at least one signal")
        for attr_name, entry in signals.items():
            signal, kind = _signal(attr_name, entry, prefix, dict(options or {}))
            is_main = attr_name == main
            if is_main and kind is Kind.NORMAL:
                kind = Kind.HINTED
            self.add(attr_name, signal, kind=kind, name=name if is_main else None)
        if main:
            self.part(main)

    def part(self, attr_name: str) -> Signal:
        """Return the signal of that name.

        Raises
        ------
        AddressError
            If there is none.
        """
        found = self.children.get(attr_name)
        if not isinstance(found, Signal):
            raise AddressError(f"{self.name} has no signal {attr_name!r}; it has {', '.join(self.children)}")
        return found

    def setting(self, attr_name: str) -> WritableSignal:
        """Return the signal of that name, which must be one that can be set."""
        found = self.part(attr_name)
        if not isinstance(found, WritableSignal):
            raise AddressError(f"{self.dotted_name}.{attr_name} cannot be set: say writes = true")
        return found


def _signal(attr_name: str, entry: Any, prefix: str, options: dict[str, Any]) -> tuple[Signal, Kind]:
    given = dict(entry) if isinstance(entry, Mapping) else {"address": entry}
    own = {key: given.pop(key) for key in ENTRY_KEYS if key in given}
    backend = backend_at(f"{prefix}{own.get('address', attr_name)}", **{**options, **given})
    cls = WritableSignal if own.get("writes", "write" in given) else Signal
    try:
        kind = Kind(own.get("kind", "normal"))
    except ValueError as error:
        words = ", ".join(one.value for one in Kind)
        raise AddressError(f"{attr_name}: there is no kind {own['kind']!r}; there are {words}") from error
    return cls(backend, title=own.get("title", "")), kind


class DetectorTable(SignalTable):
    """A table of values that is triggered: the value 1 is written, and its end is the end of the trigger.

    Parameters
    ----------
    trigger
        Name of the signal that is written: a command, or a PV with put completion.
    trigger_value
        What is written in place of 1.
    trigger_timeout_s
        How long it may take.
    """

    def __init__(
        self,
        signals: Mapping[str, Any],
        name: str = "",
        *,
        trigger: str,
        trigger_value: Any = 1,
        trigger_timeout_s: float = 60.0,
        title: str = "",
        **more: Any,
    ) -> None:
        super().__init__(signals, name, title=title, **more)
        self._trigger = self.setting(trigger)
        self._trigger_value = trigger_value
        self.trigger_timeout_s = trigger_timeout_s

    def trigger(self) -> Status:
        """Take values; the status ends when they are there."""
        return self._trigger.set(self._trigger_value, timeout_s=self.trigger_timeout_s)


class PositionerTable(SignalTable):
    """A table of values with one that is set, and one that shows when it is there.

    Parameters
    ----------
    setpoint
        Name of the signal that is written.
    readback
        Name of the signal that is watched; the setpoint itself if not given, and then the end of the write is
        the end of the move.
    tolerance, settle_s
        How near the readback must come, in its units, and for how long in s.
    stop
        Name of the signal that 1 is written to, to stop.
    move_timeout_s
        How long a move may take.
    """

    def __init__(
        self,
        signals: Mapping[str, Any],
        name: str = "",
        *,
        setpoint: str,
        readback: str = "",
        tolerance: float = 0.0,
        settle_s: float = 0.0,
        stop: str = "",
        move_timeout_s: float = 600.0,
        title: str = "",
        **more: Any,
    ) -> None:
        super().__init__(signals, name, **{"main": readback or setpoint, "title": title, **more})
        self.setpoint = self.setting(setpoint)
        self.readback = self.part(readback or setpoint)
        self.stop_now = self.setting(stop) if stop else None
        self.move_timeout_s = move_timeout_s
        self._settling: SettleLogic | None = None
        if readback:
            self._settling = SettleLogic(
                self.setpoint, self.readback, who=lambda: self.name, tolerance=tolerance, settle_s=settle_s
            )

    def connected(self) -> None:
        """Watch the readback."""
        if self._settling is not None:
            self._settling.watch()

    @property
    def units(self) -> str:
        """Those of the readback."""
        return self.readback.metadata.units

    @property
    def limits(self) -> tuple[float, float] | None:
        """Those of the setpoint."""
        return self.setpoint.metadata.limits

    def check_value(self, value: Any) -> None:
        """Raise if ``set(value)`` would."""
        self.setpoint.check_value(value)

    def set(self, value: Any) -> Status:
        """Go there; the status ends on arrival."""
        self.check_value(value)
        if self._settling is not None:
            return self._settling.set(value, self.move_timeout_s)
        return self.setpoint.set(value, timeout_s=self.move_timeout_s)

    def locate(self) -> Location:
        """Return setpoint and readback."""
        return {"setpoint": self.setpoint.get(), "readback": self.readback.get()}

    def stop(self, success: bool = True) -> None:
        """Stop, if there is a way to."""
        if self.stop_now is not None:
            self.stop_now.backend.put(1)
