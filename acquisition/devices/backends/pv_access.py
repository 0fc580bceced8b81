"""EPICS process variables over PV Access."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from acquisition.devices.backends.base import Backend, Pending, Sample
from acquisition.devices.backends.fitting import shortened
from acquisition.devices.backends.pv_client import Channel, Client, Lost, Request, places, shared_client
from acquisition.devices.backends.pv_structures import Structure
from acquisition.devices.backends.remote import RemoteBackend
from acquisition.devices.errors import DeviceError, PutFailedError, ReadFailedError
from acquisition.devices.status import Status

log = logging.getLogger(__name__)

SEARCH_AGAIN_S = 0.5


class PvAccessBackend(RemoteBackend):
    """The value of a process variable, or another field of its structure.

    Scalars, arrays of them, enums (by their words) and frames (NTNDArray, in their shape) are read as such.
    Of a table or another structure one field is named: ``DEMO:table#energy``, ``DEMO:image#uniqueId``.
    Signals of one device on one PV are read from one and the same structure.

    Parameters
    ----------
    address
        Name of the PV, and after a ``#`` the path of a field.
    client
        The client to use; the shared one of the process if not given.
    """

    scheme = "pva"
    server = "IOC"

    def __init__(self, address: str, *, client: Client | None = None) -> None:
        super().__init__(address)
        self.pv_name, _, self.field = address.partition("#")
        self._client = client
        self._joined: Channel | None = None
        self._refusal = ""
        self._path = "value"

    @property
    def channel(self) -> Channel:
        """The channel of its PV."""
        if self._client is None:
            self._client = shared_client()
        return self._client.channel(self.pv_name)

    @property
    def batch(self) -> object:
        """All of one client are asked together."""
        return self.channel.context

    # ---- connection

    def begin_connect(self) -> None:
        """Begin to search; the search goes on, and after a loss again, until ``close``."""
        if self._joined is None:
            self._joined = self.channel
            self._joined.join(self)

    def finish_connect(self, timeout_s: float) -> None:
        """Wait until the PV is there and described; repeat the search meanwhile."""
        deadline = time.monotonic() + timeout_s
        while not self._ready.wait(max(0.0, min(SEARCH_AGAIN_S, deadline - time.monotonic()))):
            if time.monotonic() >= deadline or self._refusal:
                break
            self.channel.search_now()
        super().finish_connect(0.0)

    def trouble(self) -> str:
        """Return why it is not connected."""
        if self._refusal:
            return self._refusal
        if self._joined is not None and self._joined.is_there:
            return "gave no description in time (is its IOC overloaded?)"
        return f"not found at {places()} (is its IOC running, is the name right?)"

    def came(self, structure: Any) -> None:
        """Read the description of a PV that is there (again)."""
        found = self._of(structure)
        try:
            metadata = found.metadata()
        except DeviceError as error:
            self.refused(str(error).removeprefix(f"{self.source}: "))
            return
        self._refusal, self._path = "", found.path
        self.described(metadata)
        if self.is_watched:
            self.arrived(structure)  # what the monitor brought before the description was left out

    def went(self) -> None:
        """Know that the server is away."""
        self.lost()

    def refused(self, text: str) -> None:
        """Know why the value cannot be had."""
        self._refusal = text

    def _of(self, structure: Any) -> Structure:
        return Structure(self.source, structure, self.field)

    def close(self) -> None:
        """Leave the channel."""
        super().close()
        joined, self._joined = self._joined, None
        if joined is not None:
            joined.leave(self)

    # ---- reading

    def begin_read(self) -> Pending:
        """Ask for the value."""
        return self.begin_read_of([self])[0]

    def begin_read_of(self, peers: Sequence[Backend]) -> list[Pending]:
        """Ask for several values: each PV once, whatever is wanted of it."""
        requests: dict[str, Request] = {}
        answers: list[Pending] = []
        for peer in peers:
            assert isinstance(peer, PvAccessBackend)
            if peer.is_connected and peer.pv_name not in requests:
                requests[peer.pv_name] = peer.channel.get()
            answers.append(_Answer(peer, requests.get(peer.pv_name)))
        return answers

    def sample_of(self, structure: Any) -> Sample:
        """Return the sample in a structure, and follow an array that has another shape now."""
        sample = self._of(structure).sample()
        metadata = self.metadata
        if metadata.dtype == "array" and np.shape(sample.value) != metadata.shape:
            self._metadata = self._of(structure).metadata()
        return sample

    # ---- writing

    def write(self, value: Any, status: Status, timeout_s: float) -> None:
        """Write the field, and wait for the server to process it."""
        path = self._path
        choices = self.metadata.choices
        if choices:
            path, value = f"{path}.index", choices.index(value)

        def answered(result: Any) -> None:
            if result is Lost:
                status.set_exception(self.disconnected())
            elif isinstance(result, Exception):
                status.set_exception(PutFailedError(f"{self.who} refused {shortened(value)}: {result}"))
            elif isinstance(value, str | list | np.ndarray):
                self.channel.get(lambda kept: self._check_length(len(value), kept, status))
            else:
                status.set_finished()

        self.channel.put(path, value, answered)

    def _check_length(self, wanted: int, kept: Any, status: Status) -> None:
        """End a put of text or an array: an IOC cuts off what is too long, and says nothing."""
        if kept is Lost:
            status.set_exception(self.disconnected())
        elif not isinstance(kept, Exception) and (count := len(self._of(kept).decoded())) < wanted:
            what = "characters" if self.metadata.dtype == "string" else "elements"
            status.set_exception(
                PutFailedError(
                    f"{self.who} holds at most {count} {what}: its IOC cut off the rest of {wanted}"
                )
            )
        else:
            status.set_finished()

    # ---- watching

    def arrived(self, structure: Any) -> None:
        """Take a structure of the monitor."""
        if not self.is_connected:
            return  # its description is on the way
        try:
            self.take(self.sample_of(structure))
        except DeviceError as error:
            log.warning("%s sent what cannot be used: %s", self.who, error)

    def watch(self) -> None:
        """Begin the monitor."""
        self.channel.watch(self)

    def unwatch(self) -> None:
        """End the monitor, if nobody else wants it."""
        if self._joined is not None:
            self._joined.unwatch(self)


class _Answer:
    """A read that was asked for, of a structure that others may share."""

    __slots__ = ("backend", "request")

    def __init__(self, backend: PvAccessBackend, request: Request | None) -> None:
        self.backend = backend
        self.request = request

    def result(self, timeout_s: float) -> Sample:
        backend, request = self.backend, self.request
        if request is None:
            raise backend.disconnected()
        if not request.wait(timeout_s):
            raise backend.too_slow(timeout_s)
        if request.result is Lost:
            raise backend.disconnected()
        if isinstance(request.result, Exception):
            raise ReadFailedError(f"{backend.who} refused a read: {request.result}")
        return backend.seen(backend.sample_of(request.result))
