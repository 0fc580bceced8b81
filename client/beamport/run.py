"""One run: metadata, streams, documents, exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beamport.annotations import Annotations
from beamport.errors import NotFoundError
from beamport.stream import Stream

if TYPE_CHECKING:
    from beamport.connection import Client

Document = tuple[str, dict[str, Any]]
"""Name and document."""

_AT_ONCE = 10_000


class Run:
    """One run; its streams are attributes: ``run.primary``, ``run.baseline``.

    Attributes
    ----------
    uid, scan_id, plan_name, exit_status, reason, beamline, proposal, username, num_events
        Facts of the run; ``exit_status`` is None while it is running.
    """

    def __init__(self, client: Client, facts: dict[str, Any]) -> None:
        self._client = client
        self._facts = facts
        self.uid: str = facts["uid"]

    def __repr__(self) -> str:
        time = datetime.fromtimestamp(self.time, UTC).astimezone().isoformat(" ", "seconds")
        status = self.exit_status or "open"
        return f"<Run {self.uid[:8]} scan_id={self.scan_id} {self.plan_name} {time} {status}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and other.uid == self.uid

    def __hash__(self) -> int:
        return hash(self.uid)

    @property
    def scan_id(self) -> int | None:
        """The number that the beamline gave it."""
        scan_id: int | None = self._facts["scan_id"]
        return scan_id

    @property
    def plan_name(self) -> str:
        """The plan that made it."""
        return str(self._facts["plan_name"])

    @property
    def time(self) -> float:
        """When it began, POSIX seconds."""
        return float(self._facts["time"])

    @property
    def exit_status(self) -> str | None:
        """``success``, ``fail``, ``abort``, or None while it is running, as last read; see `refresh`."""
        status: str | None = self._facts["exit_status"]
        return status

    @property
    def is_open(self) -> bool:
        """Whether it was still running when last read."""
        return self.exit_status is None

    @property
    def summary(self) -> dict[str, Any]:
        """The facts that a list shows: sample, title, motors, detectors, num_events and so on."""
        return dict(self._facts)

    @property
    def start(self) -> dict[str, Any]:
        """The start document."""
        return dict(self._detail()["start"])

    @property
    def stop(self) -> dict[str, Any] | None:
        """The stop document, None while the run is running."""
        stop = self._detail()["stop"]
        return dict(stop) if stop is not None else None

    @property
    def metadata(self) -> dict[str, Any]:
        """Start and stop together, as users of databroker know them."""
        return {"start": self.start, "stop": self.stop}

    @property
    def descriptors(self) -> list[dict[str, Any]]:
        """The descriptors of all streams."""
        return list(self._detail()["descriptors"])

    @property
    def streams(self) -> list[str]:
        """The names of its streams."""
        return list(self._detail()["streams"])

    def __iter__(self) -> Iterator[str]:
        return iter(self.streams)

    def __getitem__(self, stream: str) -> Stream:
        """Give a stream by its name."""
        told = self._detail()["streams"].get(stream)
        if told is None:
            raise NotFoundError(f"Run {self.uid} has no stream {stream!r}; it has {', '.join(self.streams)}.")
        return Stream(self._client, self, stream, told)

    def __getattr__(self, name: str) -> Stream:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except NotFoundError as error:
            raise AttributeError(str(error)) from error

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.streams]

    def refresh(self) -> Run:
        """Read its facts again: whether it has ended, how many events there are."""
        self._facts = self._client.get(f"runs/{self.uid}")
        return self

    def documents(self, *, since: int = -1) -> Iterator[Document]:
        """Give its documents as they were emitted and in their order, up to what is stored now.

        Parameters
        ----------
        since
            Leave out the first ``since + 1`` documents.
        """
        for _, name, doc in self.numbered_documents(since=since):
            yield name, doc

    def numbered_documents(self, *, since: int = -1) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Give its documents with their place in the run."""
        while True:
            page = self._client.get(f"runs/{self.uid}/documents", since=since, limit=_AT_ONCE)
            yield from map(tuple, page["documents"])
            if len(page["documents"]) < _AT_ONCE:
                return
            since = page["documents"][-1][0]

    def follow(self, *, timeout_s: float | None = None) -> Iterator[Document]:
        """Give its documents: first those that are stored, then each as it comes, up to the stop.

        Raises
        ------
        UnavailableError
            Nothing came for `timeout_s`; by default there is no end of waiting.
        """
        from beamport.live import followed

        for _, name, doc in followed(self._client, self, timeout_s=timeout_s):
            yield name, doc

    def export(
        self,
        form: str,
        path: str | Path = ".",
        *,
        progress: Callable[[int, int | None], None] | None = None,
        **options: Any,
    ) -> Path:
        """Download the run in a format; `formats` of the client's exports tells which there are.

        Parameters
        ----------
        form
            ``csv``, ``jsonl``, ``msgpack`` and whatever else the server has.
        path
            A file, or a folder that exists, where it gets the name that the server gives.
        progress
            Called with the bytes that came and those there are, where that is known.
        options
            What the format takes, such as ``stream="baseline"``.

        Returns
        -------
        pathlib.Path
            The file. What came of it stands in ``<name>.part`` until it is whole.
        """
        from beamport.exports import download

        return download(self._client, f"runs/{self.uid}/export/{form}", path, options, progress)

    @property
    def annotations(self) -> Annotations:
        """What people added: tags, notes, files, links, corrections of metadata; and how to add more."""
        return Annotations(self._client, self.uid)

    def figure(self, x: str | None = None, y: str | None = None) -> dict[str, Any]:
        """Give the plotly ``figure`` of the run as the browser shows it, its ``caption`` and ``axes``."""
        return dict(self._client.get(f"runs/{self.uid}/figure", x=x, y=y))

    def _detail(self) -> dict[str, Any]:
        if "descriptors" not in self._facts or (self.is_open and not self._facts.get("streams")):
            self.refresh()
        return self._facts
