"""The session with one instrument: a thread that connects, makes one transaction after another, and polls."""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from acquisition.devices.backends.conversation import Conversation
from acquisition.devices.backends.line_transports import opened, seconds_left
from acquisition.devices.backends.lines import LineSettings
from acquisition.devices.errors import DeviceError

log = logging.getLogger(__name__)

RETRY_S = 0.3
LOOK_S = 0.5
"""How often an instrument that nobody asks is looked at, for whether it has closed."""

GREET_AGAIN_S = 3.0
"""How often a value that the instrument did not give is asked for again."""


class Member(Protocol):
    """A value of the instrument."""

    def came(self, conversation: Conversation) -> bool:
        """Read it for the first time; False if the instrument does not give it."""

    def went(self) -> None:
        """Know that the instrument is away."""

    def polled(self, conversation: Conversation) -> None:
        """Read it, for the subscribers."""


class AwayError(ConnectionError):
    """The instrument is not there."""


class Job:
    """A transaction; ``then`` is called once with its result or exception."""

    def __init__(
        self, work: Callable[[Conversation], Any], then: Callable[[Any], None] | None = None
    ) -> None:
        self.work = work
        self.result: Any = None
        self._then = then
        self._event = threading.Event()

    def end(self, result: Any) -> None:
        """Take the result."""
        if self._event.is_set():
            return
        self.result = result
        self._event.set()
        if self._then is not None:
            self._then(result)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the result; False if it does not come."""
        return self._event.wait(timeout_s)


class Session:
    """All that is said to one instrument.

    Parameters
    ----------
    address
        ``tcp://host:port``, ``serial:///dev/ttyUSB0?baudrate=9600`` or ``visa://GPIB0::5::INSTR``.
    settings
        How it speaks.
    """

    def __init__(self, address: str, settings: LineSettings) -> None:
        self.address = address
        self.settings = settings
        self.trouble = "was not looked for yet"
        self.is_there = False
        self._members: list[Member] = []
        self._new: list[Member] = []
        self._refused: list[Member] = []
        self._watched: list[Member] = []
        self._jobs: collections.deque[Job] = collections.deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._conversation: Conversation | None = None
        self._due = {"poll": 0.0, "greet": 0.0}

    # ---- for the values

    def join(self, member: Member) -> None:
        """Serve a value; the first one starts the thread."""
        with self._changed:
            self._members.append(member)
            self._new.append(member)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"line-{self.address}", daemon=True)
                self._thread.start()
            self._changed.notify()

    def leave(self, member: Member) -> None:
        """Serve it no more; the last one closes the connection."""
        with self._changed:
            for group in (self._members, self._new, self._refused, self._watched):
                if member in group:
                    group.remove(member)
            thread = None
            if not self._members:
                thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join(2 * self.settings.timeout_s)

    def watch(self, member: Member) -> None:
        """Poll it."""
        with self._changed:
            if member not in self._watched:
                self._watched.append(member)
            self._due["poll"] = 0.0
            self._changed.notify()

    def unwatch(self, member: Member) -> None:
        """Poll it no more."""
        with self._changed:
            if member in self._watched:
                self._watched.remove(member)

    def submit(self, work: Callable[[Conversation], Any], then: Callable[[Any], None] | None = None) -> Job:
        """Have a transaction made, after those submitted before; do not wait."""
        job = Job(work, then)
        with self._changed:
            is_there = self.is_there
            if is_there:
                self._jobs.append(job)
                self._changed.notify()
        if not is_there:
            job.end(AwayError(self.trouble))
        return job

    # ---- the thread

    def _run(self) -> None:
        while self._is_current():
            if self._conversation is None and not self._connect():
                with self._changed:
                    self._changed.wait_for(lambda: not self._is_current(), RETRY_S)
                continue
            try:
                self._turn()
            except OSError as error:
                self._drop(str(error))
            except Exception as error:  # a transport may raise anything; the instrument must be found again
                log.exception("the conversation with %s failed", self.address)
                self._drop(str(error))
        self._drop("is closed")

    def _is_current(self) -> bool:
        return self._thread is threading.current_thread()

    def _connect(self) -> bool:
        try:
            transport = opened(self.address, self.settings.terminator)
        except (OSError, DeviceError) as error:
            self.trouble = str(error)
            return False
        self._conversation = Conversation(transport, self.settings)
        with self._changed:
            if not self.is_there:
                self._new = list(self._members)
                self._refused = []
            self.is_there = True
        return True

    def _turn(self) -> None:
        """Do what is next: greet new values, make a transaction, poll, or look whether it is still there."""
        with self._changed:
            pause = self._due["poll"] - time.monotonic() if self._watched else LOOK_S
            is_asked = self._changed.wait_for(self._has_work, max(0.0, min(pause, LOOK_S)))
            new, self._new = self._new, []
            job = self._jobs.popleft() if self._jobs else None
        if new:
            self._greet(new)
        if job is not None:
            self._make(job)
        if self._watched and self._is_due("poll", self.settings.poll_s):
            for member in tuple(self._watched):
                member.polled(self._in_step())
        elif not is_asked:
            self._in_step().listen()
        if self._refused and self._is_due("greet", GREET_AGAIN_S):
            again, self._refused = self._refused, []
            self._greet(again)

    def _has_work(self) -> bool:
        return bool(self._new or self._jobs or not self._is_current())

    def _is_due(self, what: str, period_s: float) -> bool:
        if seconds_left(self._due[what]) > 0.0:
            return False
        self._due[what] = time.monotonic() + period_s
        return True

    def _greet(self, members: list[Member]) -> None:
        for member in members:
            if not member.came(self._in_step()):
                self._refused.append(member)
                self._due["greet"] = time.monotonic() + GREET_AGAIN_S

    def _make(self, job: Job) -> None:
        try:
            job.end(job.work(self._in_step()))
        except OSError as error:
            job.end(error if isinstance(error, TimeoutError) else AwayError(str(error)))
            if not isinstance(error, TimeoutError):
                raise
        except ValueError as error:
            job.end(error)

    def _in_step(self) -> Conversation:
        """Return the conversation, in step: by its sync query, or made anew."""
        conversation = self._conversation
        if conversation is not None and (conversation.is_in_step or conversation.find_step()):
            return conversation
        if conversation is not None:
            conversation.transport.close()
        self._conversation = None
        if not self._connect() or self._conversation is None:
            raise ConnectionError(self.trouble)
        return self._conversation

    def _drop(self, why: str) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.transport.close()
        with self._changed:
            self.is_there = False
            self.trouble = why
            jobs, self._jobs = self._jobs, collections.deque()
        for job in jobs:
            job.end(AwayError(why))
        for member in tuple(self._members):
            member.went()


_sessions: dict[tuple[str, LineSettings], Session] = {}
_lock = threading.Lock()


def session_with(address: str, settings: LineSettings) -> Session:
    """Return the session with an instrument; make it if there is none."""
    with _lock:
        return _sessions.setdefault((address, settings), Session(address, settings))
