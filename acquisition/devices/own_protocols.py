"""The protocols of the field, for installations without the ``bluesky`` package.

Same names, same methods as ``bluesky.protocols``; import them from ``acquisition.devices.protocols``,
which takes the original classes when they are installed. A method may also be ``async`` where the
original allows it; these signatures show the synchronous form that our own devices have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypedDict, runtime_checkable

DataKey = dict[str, Any]
"""One entry of a descriptor's ``data_keys`` (event model, document ``event_descriptor``)."""


class ReadingOptional(TypedDict, total=False):
    """What a reading may say besides: the alarm (0 none, above 0 alarm, below 0 unknown)."""

    alarm_severity: int
    message: str


class Reading(ReadingOptional):
    """One value with its POSIX time in seconds."""

    value: Any
    timestamp: float


class Location(TypedDict):
    """Where a movable was asked to be, and where it is."""

    setpoint: Any
    readback: Any


class Hints(TypedDict, total=False):
    """What viewers should show first."""

    fields: list[str]
    dimensions: list[tuple[list[str], str]]
    gridding: str


@runtime_checkable
class Status(Protocol):
    """Something that will be done, and then was a success or not."""

    def add_callback(self, callback: Callable[[Any], None]) -> None:
        """Call ``callback(status)`` when done; at once if done already."""

    def exception(self, timeout: float | None = 0.0) -> BaseException | None:
        """Return what failed, or None; wait up to ``timeout`` seconds for the end."""

    @property
    def done(self) -> bool:
        """True at the end, good or bad."""

    @property
    def success(self) -> bool:
        """True after a good end."""


@runtime_checkable
class HasName(Protocol):
    """Has a name, unique in the beamline."""

    @property
    def name(self) -> str:
        """The name."""


@runtime_checkable
class HasParent(Protocol):
    """Knows the device that it is part of."""

    @property
    def parent(self) -> Any | None:
        """The device above, or None."""


@runtime_checkable
class HasHints(HasName, Protocol):
    """Says which of its fields matter most."""

    @property
    def hints(self) -> Hints:
        """The hints."""


@runtime_checkable
class Readable(HasName, Protocol):
    """Can be read, and describes what it reads."""

    def read(self) -> dict[str, Reading]:
        """Return the readings by data key."""

    def describe(self) -> dict[str, DataKey]:
        """Return the data keys of ``read``."""


@runtime_checkable
class Configurable(Protocol):
    """Has configuration, which is recorded once for a stream."""

    def read_configuration(self) -> dict[str, Reading]:
        """Return the readings of the configuration."""

    def describe_configuration(self) -> dict[str, DataKey]:
        """Return the data keys of ``read_configuration``."""


@runtime_checkable
class Triggerable(Protocol):
    """Acquires when told."""

    def trigger(self) -> Status:
        """Start one acquisition."""


@runtime_checkable
class Preparable(Protocol):
    """Can be prepared for what comes."""

    def prepare(self, value: Any) -> Status:
        """Prepare."""


@runtime_checkable
class Movable(Protocol):
    """Can be set."""

    def set(self, value: Any) -> Status:
        """Start to go to the value."""


@runtime_checkable
class Locatable(Movable, Protocol):
    """Can be set, and tells where it is."""

    def locate(self) -> Location:
        """Return setpoint and readback."""


@runtime_checkable
class NamedMovable(Movable, HasHints, Protocol):
    """A movable with name and hints."""


@runtime_checkable
class Checkable(Protocol):
    """Can check a value without moving."""

    def check_value(self, value: Any) -> None:
        """Raise if ``set(value)`` would."""


@runtime_checkable
class Stageable(Protocol):
    """Is made ready before, and put back after, a run."""

    def stage(self) -> Status | list[Any]:
        """Make ready."""

    def unstage(self) -> Status | list[Any]:
        """Put back."""


@runtime_checkable
class Pausable(Protocol):
    """Wants to know of pause and resume."""

    def pause(self) -> None:
        """The engine pauses."""

    def resume(self) -> None:
        """The engine goes on."""


@runtime_checkable
class Stoppable(Protocol):
    """Can be stopped."""

    def stop(self, success: bool = True) -> None:
        """Stop now; ``success`` False when something went wrong."""


@runtime_checkable
class Subscribable(HasName, Protocol):
    """Tells of each new value."""

    def subscribe(self, function: Callable[[dict[str, Reading]], None]) -> None:
        """Call ``function`` with each new reading."""

    def clear_sub(self, function: Callable[[dict[str, Reading]], None]) -> None:
        """Stop calling it."""


@runtime_checkable
class Flyable(HasName, Protocol):
    """Acquires on its own between kickoff and complete."""

    def kickoff(self) -> Status:
        """Start."""

    def complete(self) -> Status:
        """Come to the end."""


@runtime_checkable
class Collectable(HasName, Protocol):
    """Describes what it has collected."""

    def describe_collect(self) -> dict[str, Any]:
        """Return the data keys (of each stream)."""


@runtime_checkable
class EventCollectable(Collectable, Protocol):
    """Gives what it collected as partial events."""

    def collect(self) -> Iterator[dict[str, Any]]:
        """Yield partial events."""


@runtime_checkable
class EventPageCollectable(Collectable, Protocol):
    """Gives what it collected as partial event pages."""

    def collect_pages(self) -> Iterator[dict[str, Any]]:
        """Yield partial event pages."""


@runtime_checkable
class WritesExternalAssets(Protocol):
    """Keeps data outside the events (resource and datum)."""

    def collect_asset_docs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield pairs of name and document."""


@runtime_checkable
class WritesStreamAssets(Protocol):
    """Keeps data outside the events (stream_resource and stream_datum)."""

    def collect_asset_docs(self, index: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield pairs of name and document, up to ``index``."""

    def get_index(self) -> int:
        """Return how many indices are written."""


def check_supports(obj: Any, protocol: type[Any]) -> Any:
    """Return ``obj`` if it has all methods of ``protocol``; raise AssertionError otherwise."""
    if not isinstance(obj, protocol):
        raise AssertionError(f"{obj} does not implement all {protocol.__name__} methods")
    return obj


NAMES: Sequence[str] = (
    "Checkable",
    "Collectable",
    "Configurable",
    "EventCollectable",
    "EventPageCollectable",
    "Flyable",
    "HasHints",
    "HasName",
    "HasParent",
    "Locatable",
    "Movable",
    "NamedMovable",
    "Pausable",
    "Preparable",
    "Readable",
    "Stageable",
    "Status",
    "Stoppable",
    "Subscribable",
    "Triggerable",
    "WritesExternalAssets",
    "WritesStreamAssets",
)
"""Names of the protocols that can be asked for with ``isinstance``."""
