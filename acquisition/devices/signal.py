"""One value with a name: the leaf of a device, and a device in its own right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from acquisition.devices.backends.base import DEFAULT_TIMEOUT_S, Backend, Metadata, Sample
from acquisition.devices.backends.fitting import check_limits, fitting, shortened
from acquisition.devices.component import Component, Kind
from acquisition.devices.errors import ReadOnlyError
from acquisition.devices.protocols import DataKey, Hints, Location, Reading
from acquisition.devices.status import Status

__all__ = ["Signal", "WritableSignal", "check_limits"]


class Signal(Component):
    """A value that can be read and watched (protocols Readable, Subscribable, HasHints, HasParent).

    Parameters
    ----------
    backend
        The value in its control system.
    timeout_s
        How long an answer is waited for.
    """

    def __init__(
        self,
        backend: Backend,
        name: str = "",
        *,
        kind: Kind = Kind.NORMAL,
        title: str = "",
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        super().__init__(name, kind=kind, title=title)
        self.backend = backend
        self.timeout_s = timeout_s
        self._subscriptions: list[tuple[Callable[..., None], Callable[[Sample], None]]] = []
        backend.named(name)

    def rename(self, name: str) -> None:
        """Take another name, and tell the backend."""
        super().rename(name)
        self.backend.named(name)

    def backends(self) -> Iterator[tuple[str, Backend]]:
        """Yield its own."""
        yield self.dotted_name, self.backend

    @property
    def metadata(self) -> Metadata:
        """Units, precision, limits, choices."""
        return self.backend.metadata

    @property
    def source(self) -> str:
        """Where the value comes from."""
        return self.backend.source

    @property
    def is_connected(self) -> bool:
        """True while the value can be had."""
        return self.backend.is_connected

    @property
    def hints(self) -> Hints:
        """Itself."""
        return {"fields": [self.name]}

    def sample(self) -> Sample:
        """Ask for the value and wait for it."""
        return self.backend.begin_read().result(self.timeout_s)

    def get(self) -> Any:
        """Ask for the value and wait for it; only the value."""
        return self.sample().value

    def read(self) -> dict[str, Reading]:
        """Return the reading under its own name."""
        return {self.name: self.sample().reading()}

    def describe(self) -> dict[str, DataKey]:
        """Return the data key under its own name."""
        return {self.name: self.data_key()}

    def data_key(self) -> DataKey:
        """Return the data key."""
        return self.metadata.data_key(self.source)

    def subscribe(
        self, function: Callable[..., None], *, event_type: str | None = None, run: bool | None = None
    ) -> None:
        """Call ``function`` with the present and each later reading.

        The plain call gives ``function({name: reading})`` (protocol Subscribable). With ``run`` the older
        form is meant, which upstream suspenders use: ``function(value=, timestamp=, obj=)``.
        """
        if run is None:

            def pass_on(sample: Sample) -> None:
                function({self.name: sample.reading()})
        else:

            def pass_on(sample: Sample) -> None:
                function(value=sample.value, timestamp=sample.timestamp, obj=self)

        self._subscriptions.append((function, pass_on))
        self.backend.subscribe(pass_on)

    def clear_sub(self, function: Callable[..., None]) -> None:
        """Stop calling ``function``."""
        kept = []
        for wanted, pass_on in self._subscriptions:
            if wanted == function:
                self.backend.unsubscribe(pass_on)
            else:
                kept.append((wanted, pass_on))
        self._subscriptions = kept


class WritableSignal(Signal):
    """A signal that can also be set (protocols Movable, Locatable, Checkable)."""

    def check_value(self, value: Any) -> None:
        """Raise if the value cannot be set.

        Raises
        ------
        ReadOnlyError, LimitsError, WrongValueError
            With the name, the place, the value, and what holds.
        """
        metadata = self.metadata
        if not metadata.is_writable:
            raise ReadOnlyError(
                f"{self.dotted_name} ({self.source}) cannot be set to {shortened(value)}: "
                "it cannot be written from here"
            )
        fitting(value, metadata, self.dotted_name, self.source)

    def set(self, value: Any, *, timeout_s: float | None = None) -> Status:
        """Check the value and write it; the status ends when the control system has carried it out."""
        self.check_value(value)
        return self.backend.put(value, timeout_s=self.timeout_s if timeout_s is None else timeout_s)

    def locate(self) -> Location:
        """Return the value, as setpoint and as readback."""
        value = self.get()
        return {"setpoint": value, "readback": value}
