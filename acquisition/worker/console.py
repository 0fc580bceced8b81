"""What a plan prints and logs, kept as numbered lines and told to who watches.

While an item runs, standard output is parted by thread: what the plan's thread prints becomes lines of
that item (and still goes where it went before).
"""

import contextlib
import logging
import sys
import threading
import uuid
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TextIO

from acquisition.queue import running
from acquisition.queue.leases import Grant
from acquisition.queue.running import Line
from acquisition.worker.writing import WritingThread, is_settled
from catalog.ingest import printable

KEPT_WAITING: Final = 5_000
BATCH: Final = 200
MAX_TEXT: Final = 4_000
PAUSE_S: Final = 0.1
#: Loggers whose lines are about this process and not about the experiment.
QUIET: Final = (
    "django",
    "celery",
    "kombu",
    "amqp",
    "redis",
    "channels",
    "asyncio",
    "caproto",
    "acquisition.worker",
)


class Console:
    """Collects lines from any thread and writes them in batches on its own."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant
        self._lines: deque[Line] = deque(maxlen=KEPT_WAITING)
        self._lock = threading.Lock()
        self._dropped = 0
        self._item: tuple[uuid.UUID | None, int | None] = (None, None)
        self._writer = WritingThread("console", self._write_all, pause_s=PAUSE_S)

    def start(self) -> None:
        """Begin to write."""
        self._writer.start()

    def add(self, text: str, level: str = "INFO") -> None:
        """Add the lines of a text; line ends part them."""
        item_uid, proposal_id = self._item
        now = datetime.now(UTC)
        with self._lock:
            for part in text.splitlines():
                if not part.strip():
                    continue
                self._dropped += len(self._lines) == KEPT_WAITING
                self._lines.append(Line(now, level, printable(part[:MAX_TEXT]), item_uid, proposal_id))
        self._writer.wake()

    @contextlib.contextmanager
    def capturing(self, item_uid: uuid.UUID, proposal_id: int) -> Iterator[None]:
        """Make what this thread prints, and what is logged, lines of the item."""
        self._item = (item_uid, proposal_id)
        before = sys.stdout
        tee = _Tee(before, self, threading.get_ident())
        handler = _LogHandler(self)
        logging.getLogger().addHandler(handler)
        sys.stdout = tee
        try:
            yield
        finally:
            tee.finish()
            if sys.stdout is tee:
                sys.stdout = before
            logging.getLogger().removeHandler(handler)
            self._item = (None, None)

    def stop(self) -> None:
        """Write what waits and end."""
        self._writer.stop()

    def _write_all(self) -> bool:
        while batch := self._next_batch():
            write = partial(running.append_console, grant=self._grant, lines=batch)
            if not is_settled(f"{len(batch)} console lines", write):
                return False
            self._forget(len(batch))
        return True

    def _next_batch(self) -> list[Line]:
        with self._lock:
            if self._dropped:
                text = f"({self._dropped} lines were dropped: more came than could be kept)"
                self._lines[0] = Line(datetime.now(UTC), "WARNING", text, None, None)
                self._dropped = 0
            return [self._lines[n] for n in range(min(BATCH, len(self._lines)))]

    def _forget(self, number: int) -> None:
        with self._lock:
            for _ in range(min(number, len(self._lines))):
                self._lines.popleft()


class _Tee:
    """A text stream that also gives whole lines of one thread to the console."""

    def __init__(self, stream: TextIO, console: Console, thread: int) -> None:
        self._stream = stream
        self._console = console
        self._thread = thread
        self._part = ""

    def write(self, text: str) -> int:
        if threading.get_ident() == self._thread:
            *lines, self._part = (self._part + text).split("\n")
            if lines:
                self._console.add("\n".join(lines))
            if len(self._part) > MAX_TEXT:
                self.finish()
        return self._stream.write(text)

    def finish(self) -> None:
        if self._part:
            self._console.add(self._part)
            self._part = ""

    def flush(self) -> None:
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _LogHandler(logging.Handler):
    """Gives log records of the experiment to the console."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in QUIET or record.name.startswith("acquisition.worker"):
            return
        try:
            self._console.add(record.getMessage(), record.levelname)
        except Exception:  # noqa: BLE001  logging's own way: a bad record must not hurt who logs
            self.handleError(record)
