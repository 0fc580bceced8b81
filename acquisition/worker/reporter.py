"""Tells the world what the engine does, on a thread of its own, so that no plan waits for the database.

Only the last word counts: words that come while one is being written replace each other.
"""

import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Final

from acquisition.queue import running
from acquisition.queue.leases import Grant
from acquisition.queue.status import is_steering
from acquisition.worker.suspending import held_message
from acquisition.worker.writing import WritingThread, is_settled

PAUSE_S: Final = 0.05
PROGRESS_S: Final = 0.5
#: On the way to another state: told when that takes longer than so long, else it keeps the other waiting.
PASSING: Final = frozenset({"pausing", "suspending", "stopping", "aborting", "halting"})
PASSING_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class EngineWord:
    """What the engine says of itself; `waits` tells what is not stored yet, and why."""

    engine_state: str = ""
    item_uid: uuid.UUID | None = None
    run_uid: str = ""
    progress: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    waits: str = ""
    scan_id: int = 0
    suspenders: tuple[dict[str, Any], ...] = ()


class Reporter:
    """Writes the engine's snapshot; `say` returns at once."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant
        self._said = threading.Condition()
        self._word = EngineWord()
        self._written = EngineWord()
        self._writer = WritingThread("reporter", self._write_word, pause_s=PAUSE_S, every_s=PROGRESS_S)

    def start(self) -> None:
        """Begin to write."""
        self._writer.start()

    def say(self, **changes: Any) -> None:
        """Change what is said; mere progress is told twice a second, everything else soon.

        What the engine does because it is steered is told at once.
        """
        with self._said:
            before, self._word = self._word, replace(self._word, **changes)
            self._said.notify_all()
            is_steered = is_steering(before.engine_state, self._word.engine_state)
        if changes.keys() != {"progress"}:
            self._writer.wake(is_urgent=is_steered)

    @property
    def word(self) -> EngineWord:
        """What is said now."""
        return self._word

    def stop(self) -> None:
        """Write the last word and end."""
        self._writer.stop()

    def _last_word(self) -> EngineWord:
        with self._said:
            self._said.wait_for(lambda: self._word.engine_state not in PASSING, PASSING_S)
            return self._word

    def _write_word(self) -> bool:
        word = self._last_word()
        if word == self._written:
            return True
        if not is_settled("what the engine says", lambda: self._write(word)):
            return False
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
                "message": word.message or word.waits or held_message(word.suspenders),
                "scan_id": word.scan_id,
                "suspenders": list(word.suspenders),
                "said_at": time.time(),
            },
        )
        if word.run_uid and word.run_uid != self._written.run_uid:
            running.ring_live(self._grant.beamline, word.run_uid)
