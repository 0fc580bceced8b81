"""Run plans on the engine and steer it from another thread.

The thread that calls `run` is the only one on which messages are taken. Steering from elsewhere interrupts a
running engine directly; a paused one is told through a list that the running thread reads, so a plan is
always resumed on the thread on which it began.
"""

import queue
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from acquisition.engine.errors import RunEngineInterrupted, TransitionError
from acquisition.engine.states import TABLE
from acquisition.queue.states import ItemEvent
from acquisition.worker.recorder import RecordingGivenUpError

LOOK_S: Final = 0.2
ENDED: Final = object()
ENDING: Final[Mapping[str, ItemEvent]] = {
    "abort": ItemEvent.ABORT,
    "stop": ItemEvent.STOP,
    "halt": ItemEvent.HALT,
}


class NotPossibleError(RuntimeError):
    """The engine's state does not allow what was asked."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a plan ended."""

    event: ItemEvent
    reason: str = ""
    traceback: str = ""


class Driver:
    """Holds one engine."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self._orders: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._wanted: tuple[str, str] | None = None
        self._lock = threading.Lock()

    @property
    def state(self) -> str:
        """The engine's state."""
        return str(self.engine.state)

    def run(self, plan: Any, metadata: Mapping[str, Any]) -> Ending:
        """Run a plan to its end, pauses included."""
        self._wanted = None
        self._forget_orders()
        ending = self._call(lambda: self.engine(plan, **metadata))
        while ending is None:
            if self.state in ("idle", "panicked"):
                return self._interrupted()
            order = self._next_order()
            if order is not None:
                ending = self._call(partial(self._obey, *order))
        return ending

    def steer(self, action: str, *, reason: str = "", defer: bool = False) -> None:
        """Pause, resume, stop, abort or halt what runs; returns without waiting for the plan.

        Raises
        ------
        NotPossibleError
            The engine is in a state in which this means nothing.
        """
        with self._lock:
            state = self.state
            at_once = action in TABLE.get(state, {}) and state != "paused"
            later = state in ("pausing", "paused") and action in TABLE["paused"]
            if not at_once and not later:
                raise NotPossibleError(f"the engine is {state}; it cannot {action} now")
            before = self._wanted
            if action in ENDING:
                self._wanted = (action, reason)
            if not at_once:
                self._orders.put((action, reason))
                return
            try:
                self._interrupt(action, reason, defer)
            except TransitionError as error:
                self._wanted = before
                raise NotPossibleError(str(error)) from error

    def _interrupt(self, action: str, reason: str, defer: bool) -> None:
        if action == "pause":
            self.engine.request_pause(defer)
        else:
            self._obey(action, reason)

    def _obey(self, action: str, reason: str) -> object:
        if action == "abort":
            self.engine.abort(reason)
        else:
            getattr(self.engine, action)()
        return ENDED if action in ENDING else None

    def _call(self, act: Callable[[], object]) -> Ending | None:
        """Give how the plan ended, or None when the engine was interrupted."""
        try:
            is_ended = act()
        except RunEngineInterrupted:
            return None
        except BaseException as error:  # noqa: BLE001  whatever a plan raises is its outcome
            if isinstance(error, RecordingGivenUpError) and self._wanted is not None:
                return self._interrupted()  # a full disk kept the plan from ending as it was told to
            return Ending(ItemEvent.FAIL, _one_line(error), _text(error))
        return self._interrupted() if is_ended is ENDED else Ending(ItemEvent.COMPLETE)

    def _interrupted(self) -> Ending:
        if self.state == "panicked":
            return Ending(ItemEvent.FAIL, "the engine panicked; the worker has to be restarted")
        if self._wanted is None:
            return Ending(ItemEvent.ABORT, "paused where the plan cannot be resumed")
        action, reason = self._wanted
        return Ending(ENDING[action], reason)

    def _next_order(self) -> tuple[str, str] | None:
        try:
            return self._orders.get(timeout=LOOK_S)
        except queue.Empty:
            return None

    def _forget_orders(self) -> None:
        while not self._orders.empty():
            self._orders.get_nowait()


def _one_line(error: BaseException) -> str:
    text = str(error).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-20_000:]
