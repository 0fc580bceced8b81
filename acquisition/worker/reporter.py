"""Tells the world what the engine does, on a thread of its own, so that no plan waits for the database.

Only the last word counts: words that come while one is being written replace each other.
"""

import logging
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection

from acquisition.queue import running
from acquisition.queue.leases import Grant, LeaseExpiredError, LeaseLostError
from acquisition.worker.suspending import held_message

logger = logging.getLogger(__name__)

PAUSE_S: Final = 0.05
PROGRESS_S: Final = 0.5
RETRY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class EngineWord:
    """What the engine says of itself."""

    engine_state: str = ""
    item_uid: uuid.UUID | None = None
    run_uid: str = ""
    progress: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    scan_id: int = 0
    suspenders: tuple[dict[str, Any], ...] = ()


class Reporter:
    """Writes the engine's snapshot; `say` returns at once."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant
        self._lock = threading.Lock()
        self._word = EngineWord()
        self._written = EngineWord()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def say(self, **changes: Any) -> None:
        """Change what is said; mere progress is told twice a second, everything else at once."""
        with self._lock:
            self._word = replace(self._word, **changes)
        if changes.keys() != {"progress"}:
            self._wake.set()

    @property
    def word(self) -> EngineWord:
        """What is said now."""
        return self._word

    def stop(self, timeout_s: float = 1.0) -> None:
        """Write the last word and end."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._wake.wait(PROGRESS_S)
                self._wake.clear()
                if not self._try_to_write():
                    self._wake.set()
                    self._stopping.wait(RETRY_S)
                self._stopping.wait(PAUSE_S)
            self._try_to_write()
        except LeaseLostError:
            logger.warning("the lease is another worker's; nothing more is reported")
        finally:
            connection.close()

    def _try_to_write(self) -> bool:
        word = self._word
        if word == self._written:
            return True
        try:
            self._write(word)
        except LeaseLostError:
            raise
        except (DatabaseError, InterfaceError, LeaseExpiredError) as error:
            logger.debug("the engine's state could not be written: %s", error)
            connection.close()
            return False
        except Exception:
            logger.exception("what the engine says could not be written; its next word is tried")
            self._written = word
        return True

    def _write(self, word: EngineWord) -> None:
        running.save_snapshot(
            grant=self._grant,
            engine_state=word.engine_state,
            item_uid=word.item_uid,
            run_uid=word.run_uid,
            progress=word.progress,
            info={
                "message": word.message or held_message(word.suspenders),
                "scan_id": word.scan_id,
                "suspenders": list(word.suspenders),
                "said_at": time.time(),
            },
        )
        if word.run_uid and word.run_uid != self._written.run_uid:
            running.ring_live(self._grant.beamline, word.run_uid)
        self._written = word
