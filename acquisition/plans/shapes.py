"""
What plans ask of devices, as shapes: any object with these methods will do.

The class names are the protocol names that descriptions of parameters carry.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from acquisition.plans.msg import Plan


class Named(Protocol):
    """Has a name, the first part of its data keys."""

    @property
    def name(self) -> str: ...


class Readable(Named, Protocol):
    """Gives readings: ``{key: {"value", "timestamp"}}``."""

    def read(self) -> Any: ...

    def describe(self) -> Any: ...


class Movable(Named, Protocol):
    """Takes a setpoint and answers with a status."""

    def set(self, value: Any, /) -> Any: ...


class Flyable(Named, Protocol):
    """Acquires on its own between kickoff and complete."""

    def kickoff(self) -> Any: ...

    def complete(self) -> Any: ...


Readings: TypeAlias = Mapping[str, Mapping[str, Any]]
TakeReading: TypeAlias = Callable[..., Plan[Any]]
PerShot: TypeAlias = Callable[..., Plan[Any]]
PerStep: TypeAlias = Callable[..., Plan[Any]]
Metadata: TypeAlias = Mapping[str, Any]
