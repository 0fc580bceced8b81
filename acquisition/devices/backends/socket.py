"""Values of an instrument that speaks in lines: SCPI, and what vendors made up instead."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from acquisition.devices import timers
from acquisition.devices.backends.base import Pending, Sample
from acquisition.devices.backends.conversation import Conversation, RefusedError, SilentError
from acquisition.devices.backends.fitting import shortened
from acquisition.devices.backends.line_session import AwayError, Job, Session, session_with
from acquisition.devices.backends.line_transports import check_address
from acquisition.devices.backends.lines import Command, LineSettings, UnreadableError, command, line_settings
from acquisition.devices.backends.remote import RemoteBackend
from acquisition.devices.errors import DeviceTimeoutError, PutFailedError, ReadFailedError, WrongValueError
from acquisition.devices.status import Status

DONE_POLL_S = 0.05


class LineBackend(RemoteBackend):
    """One value of an instrument.

    Parameters
    ----------
    address
        Of the instrument, with scheme, and after a ``#`` the name of the value: ``tcp://host:5025#voltage``.
    entry
        How it is read and written.
    settings
        How the instrument speaks; all values of one instrument with the same settings share its connection.
    """

    server = "instrument"

    def __init__(self, address: str, entry: Command, settings: LineSettings) -> None:
        super().__init__(address)
        self.instrument = address.partition("#")[0]
        check_address(self.instrument)
        self.entry = entry
        self.settings = settings
        self._session: Session | None = None
        self._refusal = ""
        self._sent = Sample(0, time.time())

    @property
    def source(self) -> str:
        """The address as a URI."""
        return self.address

    @property
    def session(self) -> Session:
        """The session with its instrument."""
        if self._session is None:
            self._session = session_with(self.instrument, self.settings)
        return self._session

    # ---- connection

    def begin_connect(self) -> None:
        """Begin to connect; that goes on, and after a loss again, until ``close``."""
        if self._session is None:
            self.session.join(self)

    def trouble(self) -> str:
        """Return why it is not connected."""
        if self._refusal:
            return self._refusal
        if self.session.is_there:
            return "gave no answer yet (is it the right port, the right terminator?)"
        return f"does not answer: {self.session.trouble} (is it switched on, is the address right?)"

    def came(self, conversation: Conversation) -> bool:
        """Read it for the first time."""
        shape: tuple[int, ...] = ()
        if self.entry.read:
            try:
                shape = np.shape(conversation.ask(self.entry.read, self.entry.parsed))
            except (SilentError, RefusedError, UnreadableError) as error:
                self._refusal = str(error)
                return False
        self._refusal = ""
        self.described(self.entry.metadata(shape))
        if self.is_watched:
            self.watch()
        return True

    def went(self) -> None:
        """Know that the instrument is away."""
        self.lost()

    def close(self) -> None:
        """Leave the instrument."""
        super().close()
        session, self._session = self._session, None
        if session is not None:
            session.leave(self)

    # ---- reading

    def begin_read(self) -> Pending:
        """Ask for the value."""
        if not self.entry.read:
            return _Sent(self)
        return _Answer(self, self.session.submit(self.read_from))

    def read_from(self, conversation: Conversation) -> Sample:
        """Return the sample, of one transaction."""
        value = conversation.ask(self.entry.read, self.entry.parsed)
        metadata = self.metadata
        if metadata.dtype == "array" and np.shape(value) != metadata.shape:
            self._metadata = self.entry.metadata(np.shape(value))
        return Sample(value, time.time())

    @property
    def sent(self) -> Sample:
        """What was written last, for what cannot be read."""
        return self._sent

    def polled(self, conversation: Conversation) -> None:
        """Read it for the subscribers, and tell them if it is news."""
        if not self.is_connected:
            return
        try:
            sample = self.read_from(conversation)
        except (SilentError, RefusedError, UnreadableError):
            return  # who reads it is told
        last = self._last
        if last is None or last.is_stale or not np.array_equal(last.value, sample.value):
            self.take(sample)

    # ---- writing

    def fitting(self, value: Any) -> Any:
        """Return the value as the instrument takes it; any value gives a plain order."""
        if not self.entry.takes_value:
            return value
        fit = super().fitting(value)
        try:
            self.entry.line(fit, self.settings.terminator)
        except WrongValueError as error:
            raise WrongValueError(f"{self.who}: {error}") from error
        return fit

    def write(self, value: Any, status: Status, timeout_s: float) -> None:
        """Send the command, look whether it was taken, and wait until it is done if it says when."""
        line = self.entry.line(value, self.settings.terminator)

        def written(result: Any) -> None:
            if isinstance(result, Exception):
                status.set_exception(self._put_error(value, result))
                return
            self._sent = Sample(value, time.time())
            if self.entry.done:
                self._await_done(status)
            else:
                status.set_finished()

        def order(conversation: Conversation) -> None:
            if not status.done:  # given up before its turn: it must not be sent now
                conversation.order(line, self.entry.answer)

        self.session.submit(order, written)

    def _await_done(self, status: Status) -> None:
        def asked(result: Any) -> None:
            if isinstance(result, Exception):
                status.set_exception(self._put_error(self._sent.value, result))
            elif re.fullmatch(self.entry.done_pattern, result):
                status.set_finished()
            else:
                timers.call_later(DONE_POLL_S, lambda: self._await_done(status))

        if not status.done:
            self.session.submit(lambda conversation: conversation.ask(self.entry.done, str), asked)

    def _put_error(self, value: Any, error: Exception) -> Exception:
        if isinstance(error, AwayError):
            return self.disconnected()
        if isinstance(error, SilentError):
            return DeviceTimeoutError(f"{self.who} being set to {shortened(value)}: {error}")
        return PutFailedError(f"{self.who} refused {shortened(value)}: {error}")

    # ---- watching

    def watch(self) -> None:
        """Poll it."""
        if self.is_connected and self.entry.read:
            self.session.watch(self)

    def unwatch(self) -> None:
        """Poll it no more."""
        if self._session is not None:
            self._session.unwatch(self)


class _Answer:
    """A read that was asked for."""

    __slots__ = ("backend", "job")

    def __init__(self, backend: LineBackend, job: Job) -> None:
        self.backend = backend
        self.job = job

    def result(self, timeout_s: float) -> Sample:
        backend = self.backend
        if not self.job.wait(timeout_s):
            raise backend.too_slow(timeout_s)
        result = self.job.result
        if isinstance(result, Sample):
            return backend.seen(result)
        if isinstance(result, AwayError):
            raise backend.disconnected()
        if isinstance(result, SilentError):
            raise DeviceTimeoutError(f"{backend.who} did not answer a read: {result}")
        raise ReadFailedError(f"{backend.who} gave no {backend.entry.dtype}: {result}")


class _Sent:
    """The last value written, of what cannot be read."""

    __slots__ = ("backend",)

    def __init__(self, backend: LineBackend) -> None:
        self.backend = backend

    def result(self, timeout_s: float) -> Sample:
        if not self.backend.is_connected:
            raise self.backend.disconnected()
        return self.backend.sent


def _at(scheme: str) -> Callable[..., LineBackend]:
    def make(rest: str, *, protocol: str | Mapping[str, Any] = "plain", **entry: Any) -> LineBackend:
        return LineBackend(f"{scheme}://{rest}", command(entry), line_settings(protocol))

    return make


tcp_at, serial_at, visa_at = _at("tcp"), _at("serial"), _at("visa")
"""Make the backend of a value from its address, how the instrument speaks, and the fields of its command."""
