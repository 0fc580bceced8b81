"""A device: signals put together, read and described as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from acquisition.devices.backends.base import DEFAULT_TIMEOUT_S, read_together
from acquisition.devices.component import Component, Kind
from acquisition.devices.connecting import connect_all
from acquisition.devices.errors import WrongValueError
from acquisition.devices.following import WholeReading
from acquisition.devices.protocols import DataKey, Hints, Reading
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.status import Status, all_of


class Device(Component):
    """A named tree of signals (Readable, Configurable, HasHints, HasParent, Stageable, Subscribable).

    A subclass makes its signals in ``__init__`` with ``self.add(...)`` and says which is the main one
    (``primary``): it is what a status board shows and a subscriber gets.
    """

    timeout_s: float = DEFAULT_TIMEOUT_S

    def __init__(self, name: str = "", *, title: str = "", kind: Kind = Kind.NORMAL) -> None:
        super().__init__(name, kind=kind, title=title)
        self._is_staged = False
        self._followers: list[WholeReading] = []

    @property
    def primary(self) -> Signal | None:
        """The main signal: the first hinted one, or the first one that is read."""
        read = self._signals(Kind.HINTED) or self._signals(Kind.NORMAL)
        return read[0] if read else None

    def _signals(self, *kinds: Kind) -> list[Signal]:
        """Return the signals of these kinds here and below, in order."""
        found: list[Signal] = []
        for child in self.children.values():
            if isinstance(child, Signal):
                if child.kind in kinds:
                    found.append(child)
            elif isinstance(child, Device) and child.kind is not Kind.OMITTED:
                found.extend(child._signals(*kinds))
        return found

    @property
    def hints(self) -> Hints:
        """The names of the hinted signals."""
        return {"fields": [signal.name for signal in self._signals(Kind.HINTED)]}

    def connect(self, *, timeout_s: float | None = None) -> None:
        """Connect every signal in parallel; raise ``NotConnectedError`` with all failures."""
        connect_all([self], timeout_s=self.timeout_s if timeout_s is None else timeout_s)

    def close(self) -> None:
        """Let go of the control system."""
        for _, backend in self.backends():
            backend.close()

    @property
    def is_connected(self) -> bool:
        """True while every signal is connected."""
        return all(backend.is_connected for _, backend in self.backends())

    def read(self) -> dict[str, Reading]:
        """Return the readings of the hinted and normal signals, at the price of one round trip."""
        return self._read(self._signals(Kind.HINTED, Kind.NORMAL))

    def describe(self) -> dict[str, DataKey]:
        """Return the data keys of ``read``."""
        return {signal.name: signal.data_key() for signal in self._signals(Kind.HINTED, Kind.NORMAL)}

    def read_configuration(self) -> dict[str, Reading]:
        """Return the readings of the configuration signals."""
        return self._read(self._signals(Kind.CONFIG))

    def describe_configuration(self) -> dict[str, DataKey]:
        """Return the data keys of ``read_configuration``."""
        return {signal.name: signal.data_key() for signal in self._signals(Kind.CONFIG)}

    def _read(self, signals: list[Signal]) -> dict[str, Reading]:
        samples = read_together([signal.backend for signal in signals], self.timeout_s)
        return {signal.name: sample.reading() for signal, sample in zip(signals, samples, strict=True)}

    def configure(
        self, values: Mapping[str, Any] | None = None, /, **more: Any
    ) -> tuple[dict[str, Reading], dict[str, Reading]]:
        """Set configuration signals, by attribute name or full name, and wait for them.

        Returns
        -------
        tuple
            The configuration before and after.

        Raises
        ------
        WrongValueError
            If there is no such configuration signal.
        """
        wanted = {**(values or {}), **more}
        signals = [(self._configurable(name), value) for name, value in wanted.items()]
        for signal, value in signals:
            signal.check_value(value)
        old = self.read_configuration()
        all_of([signal.set(value) for signal, value in signals], f"{self.name} being configured").wait(
            self.timeout_s
        )
        return old, self.read_configuration()

    def _configurable(self, name: str) -> WritableSignal:
        signals = self._signals(Kind.CONFIG)
        for signal in signals:
            if name in (signal.attr_name, signal.name) and isinstance(signal, WritableSignal):
                return signal
        known = (
            ", ".join(signal.attr_name for signal in signals if isinstance(signal, WritableSignal)) or "none"
        )
        raise WrongValueError(f"{self.name} has no configuration {name!r}; it has: {known}")

    def stage(self) -> list[Any] | Status:
        """Make ready for a run. Staging what is staged does nothing."""
        self._is_staged = True
        return [self]

    def unstage(self) -> list[Any] | Status:
        """Put back what ``stage`` did; may be called when not staged."""
        self._is_staged = False
        return [self]

    @property
    def is_staged(self) -> bool:
        """True between ``stage`` and ``unstage``."""
        return self._is_staged

    def subscribe(
        self, function: Callable[..., None], *, event_type: str | None = None, run: bool | None = None
    ) -> None:
        """Call ``function`` when the main signal changes, with the newest reading of the whole device.

        The plain call gives ``function({name: reading, ...})`` with each signal of ``read``, the main one
        first. With ``run`` the older form is meant, of the main one: ``function(value=, timestamp=, obj=)``.
        """
        main = self._main()
        others = [signal for signal in self._signals(Kind.HINTED, Kind.NORMAL) if signal is not main]
        if run is not None or not others:
            main.subscribe(function, event_type=event_type, run=run)
            return
        follower = WholeReading([main, *others], function)
        self._followers.append(follower)
        follower.start()

    def clear_sub(self, function: Callable[..., None]) -> None:
        """Stop calling ``function``."""
        self._main().clear_sub(function)
        for follower in [one for one in self._followers if one.function == function]:
            self._followers.remove(follower)
            follower.stop()

    def _main(self) -> Signal:
        primary = self.primary
        if primary is None:
            raise WrongValueError(f"{self.name} has no signal to subscribe to")
        return primary


def describe_together(devices: Iterable[Device]) -> dict[str, DataKey]:
    """Return the data keys of several devices in one dictionary."""
    return {key: value for device in devices for key, value in device.describe().items()}
