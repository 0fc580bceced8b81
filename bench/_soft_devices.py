"""Devices that cost nothing, for either engine."""

from collections.abc import Callable, Iterator
from typing import Any


class Done:
    """A status that is done."""

    done = True
    success = True

    def add_callback(self, callback: Callable[[Any], Any]) -> None:
        """Call back at once."""
        callback(self)

    def exception(self, timeout: float | None = 0.0) -> None:
        """Give the reason of a failure: there is none."""
        return


DONE = Done()


class Instant:
    """What all of them say of themselves."""

    parent = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.hints: dict[str, Any] = {"fields": [name]}

    def describe(self) -> dict[str, Any]:
        """Give the data key."""
        return {self.name: {"source": "soft", "dtype": "number", "shape": []}}

    def read_configuration(self) -> dict[str, Any]:
        """Give no configuration."""
        return {}

    describe_configuration = read_configuration


class InstantDetector(Instant):
    """Has its value at once."""

    def trigger(self) -> Done:
        """Be done."""
        return DONE

    def read(self) -> dict[str, Any]:
        """Give the value."""
        return {self.name: {"value": 1.0, "timestamp": 1.0}}


class InstantMotor(Instant):
    """Is at once where it is sent."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.position = 0.0

    def set(self, value: float) -> Done:
        """Be there."""
        self.position = value
        return DONE

    def read(self) -> dict[str, Any]:
        """Give the position."""
        return {self.name: {"value": self.position, "timestamp": 1.0}}


class InstantFlyer(Instant):
    """Has its rows ready, and gives so many of them each time it is collected."""

    def __init__(self, name: str, rows: int) -> None:
        super().__init__(name)
        self.rows = rows

    def kickoff(self) -> Done:
        """Be off."""
        return DONE

    complete = kickoff

    def describe_collect(self) -> dict[str, Any]:
        """Give the data keys of the stream declared for it."""
        return self.describe()


class EventFlyer(InstantFlyer):
    """Gives its rows as events."""

    def collect(self) -> Iterator[dict[str, Any]]:
        """Give the rows one by one."""
        for row in range(self.rows):
            yield {"time": 1.0, "data": {self.name: float(row)}, "timestamps": {self.name: 1.0}}


class PageFlyer(InstantFlyer):
    """Gives its rows as pages."""

    def collect_pages(self) -> Iterator[dict[str, Any]]:
        """Give one page."""
        yield {
            "time": [1.0] * self.rows,
            "data": {self.name: [float(row) for row in range(self.rows)]},
            "timestamps": {self.name: [1.0] * self.rows},
        }
