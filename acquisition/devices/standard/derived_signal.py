"""A signal that is a function of others, and can be set if the function has an inverse."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import DEFAULT_TIMEOUT_S, Metadata, metadata_of
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import AddressError, DeviceError, ReadOnlyError, WrongValueError
from acquisition.devices.protocols import Location
from acquisition.devices.signal import WritableSignal
from acquisition.devices.standard.derived import DerivedBackend
from acquisition.devices.status import Status, all_of


class DerivedSignal(Device):
    """A value computed from other values (Readable, Movable, Locatable, Checkable, Subscribable).

    Parameters
    ----------
    of
        A table of what it is computed from: addresses, tables with ``address`` and options, or signals.
    forward
        Gives the value from those, by their names as keywords: a function, or its dotted name.
    inverse
        Gives what they must be set to, as a table by name, from the value (or one value, if there is one).
        Without it the signal can only be read.
    scale, offset
        In place of both functions, for one source: value = scale * source + offset.
    units, precision, low, high
        Of the value. Limits hold together with those of the sources: a value is refused before anything is
        set if one of the sources would refuse its part.
    """

    def __init__(
        self,
        of: Mapping[str, Any],
        name: str = "",
        *,
        title: str = "",
        forward: Callable[..., Any] | str | None = None,
        inverse: Callable[[Any], Any] | str | None = None,
        scale: float = 1.0,
        offset: float = 0.0,
        units: str = "",
        precision: int | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        super().__init__(name, title=title)
        if not of:
            raise AddressError(f"{name} must be computed from something: name it in of")
        if forward is None:
            forward, inverse = _linear(of, scale, offset)
        self._forward = function_named(forward)
        self._inverse = None if inverse is None else function_named(inverse)
        self._sources = {key: self.add(key, _source(entry), kind=Kind.OMITTED) for key, entry in of.items()}
        self._limits = None if low is None or high is None else (low, high)
        self._known: dict[str, Any] = {
            "units": units,
            "precision": precision,
            "low": low,
            "high": high,
            "is_writable": inverse is not None,
        }
        backend = DerivedBackend(
            [source.backend for source in self._sources.values()],
            self._computed,
            self._described,
            formula=getattr(self._forward, "__name__", "").strip("<>"),
        )
        self.value = self.add("value", WritableSignal(backend), kind=Kind.HINTED, name=name)

    def _computed(self, *values: Any) -> Any:
        return self._forward(**dict(zip(self._sources, values, strict=True)))

    def _described(self) -> Metadata:
        """Return the description: the type is that of the present value."""
        samples = [source.sample() for source in self._sources.values()]
        return metadata_of(self._computed(*(sample.value for sample in samples)), **self._known)

    @property
    def limits(self) -> tuple[float, float] | None:
        """Its own limits; those of the sources hold besides."""
        return self._limits

    def check_value(self, value: Any) -> None:
        """Raise if ``set(value)`` would: here, or at one of the sources."""
        self._parts(value)

    def _parts(self, value: Any) -> dict[str, Any]:
        if self._inverse is None:
            raise ReadOnlyError(f"{self.name} is computed and has no inverse: it cannot be set to {value!r}")
        self.value.check_value(value)
        try:
            parts = self._inverse(value)
        except (ValueError, ArithmeticError) as error:
            raise WrongValueError(f"{self.name} cannot be {value!r}{self._unit}: {error}") from error
        if not isinstance(parts, Mapping):
            parts = dict(zip(self._sources, [parts], strict=False))
        for key, part in parts.items():
            try:
                self._sources[key].check_value(part)
            except DeviceError as error:
                raise WrongValueError(
                    f"{self.name} cannot be {value!r}{self._unit}: {key} would be {part!r}, but {error}"
                ) from error
        return dict(parts)

    @property
    def _unit(self) -> str:
        return f" {self._known['units']}" if self._known["units"] else ""

    def set(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Set every source to its part; the status ends when all have carried it out."""
        parts = self._parts(value)
        statuses: Sequence[Status] = [
            self._sources[key].set(part, timeout_s=timeout_s) for key, part in parts.items()
        ]
        return all_of(statuses, f"{self.name} being set to {value!r}{self._unit}")

    def locate(self) -> Location:
        """Return the value, as setpoint and as readback."""
        value = self.value.get()
        return {"setpoint": value, "readback": value}


def _source(entry: Any) -> WritableSignal:
    if isinstance(entry, WritableSignal):
        return entry
    given = dict(entry) if isinstance(entry, Mapping) else {"address": entry}
    if "address" not in given:
        raise AddressError(f"a source needs an address: {entry!r}")
    return WritableSignal(backend_at(given.pop("address"), **given))


def _linear(
    of: Mapping[str, Any], scale: float, offset: float
) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
    if len(of) != 1 or scale == 0.0:
        raise AddressError(
            "scale and offset are for one source, and the scale is not 0; give forward otherwise"
        )

    def linear(**values: Any) -> Any:
        (value,) = values.values()
        return scale * value + offset

    return linear, lambda value: (value - offset) / scale


def function_named(given: Callable[..., Any] | str) -> Callable[..., Any]:
    """Return a function, or the one of a dotted name.

    Raises
    ------
    AddressError
        If there is no such function.
    """
    if callable(given):
        return given
    module, _, name = given.rpartition(".")
    try:
        found: Any = getattr(importlib.import_module(module), name, None) if module else None
    except ImportError as error:
        raise AddressError(f"{given!r} cannot be imported: {error}") from error
    if not callable(found):
        raise AddressError(f"{given!r} is no function")
    function: Callable[..., Any] = found
    return function
