"""The recorded values of a run, as those of a control layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from acquisition.devices.backends.base import (
    DEFAULT_TIMEOUT_S,
    Backend,
    Metadata,
    Pending,
    Ready,
    Sample,
    Subscribers,
)
from acquisition.devices.errors import ReadFailedError, ReadOnlyError
from acquisition.devices.protocols import DataKey
from acquisition.devices.status import Status


class ReplayBackend(Backend):
    """The recorded values of one data key.

    Parameters
    ----------
    key
        Its data key.
    readings
        Value and time of each event.
    index
        Gives the number of the event that is shown now.
    """

    def __init__(self, key: DataKey, readings: list[tuple[Any, float]], index: Callable[[], int]) -> None:
        self._key = key
        self._readings = readings
        self._index = index
        self._name = ""
        self._subscribers = Subscribers()
        self._metadata = _metadata(key)

    @property
    def source(self) -> str:
        """What was recorded, as a URI."""
        return f"replay://{self._key.get('source', '').replace('://', ':')}"

    @property
    def metadata(self) -> Metadata:
        """As recorded."""
        return self._metadata

    def named(self, name: str) -> None:
        """Learn the name."""
        self._name = name

    def begin_read(self) -> Pending:
        """Return the value of now."""
        return Ready(self.sample())

    def sample(self) -> Sample:
        """Return the sample of now, with its recorded time.

        Raises
        ------
        ReadFailedError
            Past the end of the recording.
        """
        index = self._index()
        if index >= len(self._readings):
            raise ReadFailedError(
                f"{self._name} ({self.source}): all {len(self._readings)} readings of the recording are "
                "played; rewind it, or replay a longer run"
            )
        value, timestamp = self._readings[index]
        return Sample(np.asarray(value) if self._metadata.dtype == "array" else value, timestamp)

    @property
    def last(self) -> Sample | None:
        """The sample of now."""
        return self.sample() if self._index() < len(self._readings) else None

    def put(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Refuse: what is recorded stays."""
        what = f"{self._name} being set to {value!r}"
        return Status.failed(
            ReadOnlyError(f"{self._name} is a recording: it cannot be set to {value!r}"), what
        )

    def subscribe(self, function: Callable[[Sample], None]) -> None:
        """Give the sample of now, and each that is played."""
        self._subscribers.functions.append(function)
        if self.last is not None:
            function(self.sample())

    def unsubscribe(self, function: Callable[[Sample], None]) -> None:
        """Stop giving."""
        if function in self._subscribers.functions:
            self._subscribers.functions.remove(function)

    def tell(self) -> None:
        """Tell the subscribers the sample of now."""
        if self.last is not None:
            self._subscribers.tell(self.sample())


def _metadata(key: DataKey) -> Metadata:
    control = key.get("limits", {}).get("control", {}) or {}
    return Metadata(
        key["dtype"],
        tuple(size for size in key["shape"] if size is not None),
        str(key.get("dtype_numpy", "")),
        units=str(key.get("units") or ""),
        precision=key.get("precision"),
        low=control.get("low"),
        high=control.get("high"),
        choices=tuple(key.get("choices", ())),
        is_writable=False,
    )
