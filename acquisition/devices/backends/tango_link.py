"""The connection to one Tango device: a thread that connects, reads, polls, and notices when it goes.

Calls of Tango wait for their answer. Here one thread a device makes them, so that nobody else waits: reads
that come together leave as one call, writes and commands have a thread and a proxy of their own and never
hold up a read. There is no event system to rely on (a server without a database has none), so that what is
subscribed to is polled.
"""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from acquisition.devices.backends.dispatcher import Dispatcher
from acquisition.devices.backends.libraries import library

log = logging.getLogger(__name__)

POLL_S = 0.1
"""How often what is subscribed to is read."""

LOOK_S = 1.0
"""How often a device that nobody reads is asked whether it lives."""

RETRY_S = 0.5
CALL_TIMEOUT_S = 3.0
"""How long one read may take before the device counts as away."""

NO_DATABASE = "#dbase=no"


def tango() -> Any:
    """Return the package."""
    return library("tango", "pytango", "Tango")


class Member(Protocol):
    """A signal on a device."""

    entry: str

    def came(self, proxy: Any) -> None:
        """Read its description; raise what Tango raises."""

    def went(self, why: str) -> None:
        """Know that the device is away."""

    def polled(self, attribute: Any) -> None:
        """Take what a poll brought."""


class Reading:
    """Some attributes that are asked for together; ``results`` has an attribute or an exception for each."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.results: dict[str, Any] = {}
        self.failure: Exception | None = None
        self._event = threading.Event()

    def end(self, results: Sequence[Any] = (), failure: Exception | None = None) -> None:
        """Take the answer."""
        self.results = dict(zip(self.names, results, strict=False))
        self.failure = failure
        self._event.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the answer; False if it does not come."""
        return self._event.wait(timeout_s)


class AwayError(ConnectionError):
    """The device is not there."""


class Link:
    """One device.

    Parameters
    ----------
    device
        Its full name, as Tango wants it: ``tango://host:10000/sys/tg_test/1``.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self.is_there = False
        self.trouble = "was not looked for yet"
        self._members: list[Member] = []
        self._watched: list[Member] = []
        self._new: list[Member] = []
        self._asked: collections.deque[Reading] = collections.deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._writes: Dispatcher | None = None
        self._proxy: Any = None
        self._write_proxy: Any = None
        self._next_look = 0.0

    # ---- for the signals

    def join(self, member: Member) -> None:
        """Serve a signal; the first one starts the thread."""
        with self._changed:
            self._members.append(member)
            self._new.append(member)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"tango-{self.device}", daemon=True)
                self._thread.start()
            self._changed.notify()

    def leave(self, member: Member) -> None:
        """Serve it no more; the last one ends the threads."""
        with self._changed:
            for group in (self._members, self._watched, self._new):
                if member in group:
                    group.remove(member)
            is_last = not self._members
            self._changed.notify()
            writes, thread = self._writes, self._thread
            if is_last:
                self._writes = self._thread = None
                self.is_there = False
        if is_last and writes is not None:
            writes.close()
        if is_last and thread is not None and thread is not threading.current_thread():
            thread.join(CALL_TIMEOUT_S)

    def watch(self, member: Member) -> None:
        """Poll for it."""
        with self._changed:
            if member not in self._watched:
                self._watched.append(member)
            self._next_look = 0.0
            self._changed.notify()

    def unwatch(self, member: Member) -> None:
        """Poll for it no more."""
        with self._changed:
            if member in self._watched:
                self._watched.remove(member)

    def read(self, names: Sequence[str]) -> Reading:
        """Ask for some attributes in one call; do not wait."""
        reading = Reading(names)
        with self._changed:
            if not self.is_there:
                reading.end(failure=AwayError(self.trouble))
            else:
                self._asked.append(reading)
                self._changed.notify()
        return reading

    def call(self, function: Callable[[Any], Any], then: Callable[[Any], None], timeout_s: float) -> None:
        """Call ``function(proxy)`` on the thread of writes; ``then`` gets its result or exception."""

        def make() -> None:
            proxy = self._write_proxy
            try:
                if proxy is None:
                    raise AwayError(self.trouble)
                proxy.set_timeout_millis(int(1000 * timeout_s))
                result = function(proxy)
            except Exception as error:  # noqa: BLE001  whatever Tango raises is told to the one who asked
                result = error
            then(result)

        with self._changed:
            if self._writes is None:
                self._writes = Dispatcher(f"tango-writes-{self.device}")
        self._writes.submit(make)

    # ---- the thread

    def _run(self) -> None:
        with tango().EnsureOmniThread():
            while self._is_current():
                if not self.is_there and not self._connect():
                    self._pause(RETRY_S)
                    continue
                self._turn()
        self._drop("is closed")

    def _is_current(self) -> bool:
        return self._thread is threading.current_thread()

    def _pause(self, pause_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_current(), pause_s)

    def _connect(self) -> bool:
        try:
            proxy, write_proxy = (tango().DeviceProxy(self.device) for _ in range(2))
            proxy.set_timeout_millis(int(1000 * CALL_TIMEOUT_S))
            proxy.ping()
        except tango().DevFailed as error:
            self.trouble = reason(error)
            return False
        with self._changed:
            self._proxy, self._write_proxy = proxy, write_proxy
            self._new = list(self._members)
            self.is_there = True
        return True

    def _turn(self) -> None:
        """Do what is next: greet new signals, answer reads, or poll."""
        with self._changed:
            self._changed.wait_for(self._has_work, max(0.0, self._next_look - time.monotonic()))
            new, self._new = self._new, []
            asked, self._asked = self._asked, collections.deque()
            is_due = time.monotonic() >= self._next_look
            watched = list(self._watched) if is_due else []
        try:
            for member in new:
                member.came(self._proxy)
            self._answer(asked)
            if is_due:
                self._next_look = time.monotonic() + (POLL_S if watched else LOOK_S)
                self._poll(watched)
        except tango().DevFailed as error:
            for reading in asked:
                reading.end(failure=error)
            self._drop(reason(error))

    def _has_work(self) -> bool:
        return bool(self._new or self._asked or not self._is_current())

    def _answer(self, asked: Sequence[Reading]) -> None:
        names = list(dict.fromkeys(name for reading in asked for name in reading.names))
        if names:
            found = dict(zip(names, self._proxy.read_attributes(names), strict=True))
            for reading in asked:
                reading.end([found[name] for name in reading.names])

    def _poll(self, watched: Sequence[Member]) -> None:
        if not watched:
            self._proxy.ping()
            return
        names = list(dict.fromkeys(member.entry for member in watched))
        found = dict(zip(names, self._proxy.read_attributes(names), strict=True))
        for member in watched:
            member.polled(found[member.entry])

    def _drop(self, why: str) -> None:
        with self._changed:
            self.is_there = False
            self.trouble = why
            asked, self._asked = self._asked, collections.deque()
            self._proxy = self._write_proxy = None
        for reading in asked:
            reading.end(failure=AwayError(why))
        for member in tuple(self._members):
            member.went(why)


def reason(error: Any) -> str:
    """Return what a ``DevFailed`` says first, in one line."""
    first = error.args[0] if error.args else None
    text = getattr(first, "desc", None) or str(error)
    return " ".join(str(text).split())


_links: dict[str, Link] = {}
_lock = threading.Lock()


def link_to(device: str) -> Link:
    """Return the link to a device; make it if there is none."""
    with _lock:
        return _links.setdefault(device, Link(device))


def parted(address: str) -> tuple[str, str]:
    """Return the full name of the device, and the name of the attribute or command.

    Tango's mark of a server without a database, ``#dbase=no``, may stand after the device or at the end, so
    that a device may be a prefix.

    Examples
    --------
    >>> parted("host:10000/sys/tg_test/1/ampli")
    ('tango://host:10000/sys/tg_test/1', 'ampli')
    >>> parted("host:1234/a/b/c#dbase=no/pos")
    ('tango://host:1234/a/b/c#dbase=no', 'pos')
    >>> parted("sys/tg_test/1/ampli")
    ('sys/tg_test/1', 'ampli')
    """
    plain = address.replace(NO_DATABASE, "")
    device, _, entry = plain.rpartition("/")
    has_host = ":" in device.partition("/")[0]
    mark = NO_DATABASE if NO_DATABASE in address else ""
    return f"{'tango://' if has_host else ''}{device}{mark}", entry
