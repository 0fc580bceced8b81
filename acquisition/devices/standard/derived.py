"""A value that is computed from other values whenever it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from acquisition.devices.backends.base import (
    DEFAULT_TIMEOUT_S,
    Backend,
    Metadata,
    Pending,
    Sample,
    Subscribers,
)
from acquisition.devices.errors import ReadOnlyError
from acquisition.devices.status import Status


@dataclass(frozen=True, slots=True)
class _Awaited:
    backend: DerivedBackend
    answers: list[Pending]

    def result(self, timeout_s: float) -> Sample:
        return self.backend.combined([answer.result(timeout_s) for answer in self.answers])


class DerivedBackend(Backend):
    """``compute`` of the values of other backends, with the newest of their times and their worst alarm.

    Parameters
    ----------
    sources
        What it is computed from; they belong to other signals, which connect them.
    compute
        Gives the value, from the values in their order.
    described
        Gives the description; asked for each time, because that of the sources is known only when connected.
    formula
        What the source calls it.
    """

    def __init__(
        self,
        sources: Sequence[Backend],
        compute: Callable[..., Any],
        described: Callable[[], Metadata],
        *,
        formula: str = "",
    ) -> None:
        self._sources = list(sources)
        self._compute = compute
        self._described = described
        self._formula = formula
        self._name = ""
        self._subscribers = Subscribers()

    @property
    def source(self) -> str:
        """What it is computed from."""
        inner = ", ".join(source.source for source in self._sources)
        return f"derived://{self._formula or self._name}({inner})"

    @property
    def metadata(self) -> Metadata:
        """Its description."""
        return self._described()

    def named(self, name: str) -> None:
        """Learn the name."""
        self._name = name

    @property
    def is_connected(self) -> bool:
        """True while all sources are."""
        return all(source.is_connected for source in self._sources)

    def begin_read(self) -> Pending:
        """Ask for the sources together."""
        batches = {id(source.batch) for source in self._sources if source.batch is not None}
        if len(batches) == 1 and all(source.batch is not None for source in self._sources):
            return _Awaited(self, self._sources[0].begin_read_of(self._sources))
        return _Awaited(self, [source.begin_read() for source in self._sources])

    def read_later(self, then: Callable[[Sample | None], None]) -> None:
        """Ask for the sources one after the other, without waiting on the callback thread."""
        samples: list[Sample] = []

        def next_one(sample: Sample | None) -> None:
            if sample is None:
                then(None)
                return
            samples.append(sample)
            if len(samples) == len(self._sources):
                then(self.combined(samples))
            else:
                self._sources[len(samples)].read_later(next_one)

        self._sources[0].read_later(next_one)

    def combined(self, samples: Sequence[Sample]) -> Sample:
        """Return the sample that these samples of the sources make."""
        worst = max(samples, key=lambda sample: sample.severity)
        return Sample(
            self._compute(*(sample.value for sample in samples)),
            max(sample.timestamp for sample in samples),
            worst.severity,
            worst.message,
            any(sample.is_stale for sample in samples),
        )

    @property
    def last(self) -> Sample | None:
        """What the newest samples of the sources make, if all are watched."""
        samples = [sample for source in self._sources if (sample := source.last) is not None]
        return self.combined(samples) if len(samples) == len(self._sources) else None

    def put(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Refuse: it is computed."""
        what = f"{self._name} being set to {value!r}"
        return Status.failed(ReadOnlyError(f"{self._name} is computed and cannot be set to {value!r}"), what)

    def _moved(self, _: Sample) -> None:
        sample = self.last
        if sample is not None:
            self._subscribers.tell(sample)

    def subscribe(self, function: Callable[[Sample], None]) -> None:
        """Give the present sample, as soon as all sources are known, and each later one."""
        is_first = not self._subscribers.functions
        self._subscribers.functions.append(function)
        if is_first:
            for source in self._sources:
                source.subscribe(self._moved)
        else:
            sample = self.last
            if sample is not None:
                function(sample)

    def unsubscribe(self, function: Callable[[Sample], None]) -> None:
        """Stop giving."""
        if function in self._subscribers.functions:
            self._subscribers.functions.remove(function)
            if not self._subscribers.functions:
                for source in self._sources:
                    source.unsubscribe(self._moved)
