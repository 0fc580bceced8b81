"""The engine's states as one table, and the machine that keeps to it."""

from __future__ import annotations

import enum
import threading
from types import MappingProxyType
from typing import Final

from acquisition.engine.errors import TransitionError

#: ``{state: {event: next state}}``. A move that is not here raises.
TABLE: Final = MappingProxyType(
    {
        "idle": {"start": "running", "panic": "panicked"},
        "running": {
            "finish": "idle",
            "pause": "pausing",
            "halt": "halting",
            "stop": "stopping",
            "abort": "aborting",
            "suspend": "suspending",
            "panic": "panicked",
        },
        "pausing": {
            "rest": "paused",
            "finish": "idle",
            "halt": "halting",
            "abort": "aborting",
            "panic": "panicked",
        },
        "paused": {
            "finish": "idle",
            "resume": "running",
            "halt": "halting",
            "stop": "stopping",
            "abort": "aborting",
            "panic": "panicked",
        },
        "halting": {"finish": "idle", "panic": "panicked"},
        "stopping": {"finish": "idle", "panic": "panicked"},
        "aborting": {"finish": "idle", "panic": "panicked"},
        "suspending": {
            "resume": "running",
            "halt": "halting",
            "abort": "aborting",
            "panic": "panicked",
        },
        "panicked": {},
    }
)


class EngineState(str):
    """A state's name that also answers ``is_idle``, ``is_running``, ``is_paused`` and ``can_pause``.

    Examples
    --------
    >>> state = EngineState("running")
    >>> state == "running", state.is_idle, state.can_pause
    (True, False, True)
    """

    __slots__ = ()

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and a plan may be started."""
        return self == "idle"

    @property
    def is_running(self) -> bool:
        """Whether messages are being taken."""
        return self == "running"

    @property
    def is_paused(self) -> bool:
        """Whether a plan rests and can be resumed."""
        return self == "paused"

    @property
    def can_pause(self) -> bool:
        """Whether a pause may be requested."""
        return "pause" in TABLE[self]


_STATES: Final = {name: EngineState(name) for name in TABLE}


class StateMachine:
    """Holds the present state; moves only as `TABLE` allows.

    Each move is atomic, so that of two threads asking at once exactly one gets its move.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._state = _STATES["idle"]

    @property
    def state(self) -> EngineState:
        """The present state."""
        return self._state

    def fire(self, event: str) -> tuple[EngineState, EngineState]:
        """Move by an event and give ``(new, old)``.

        Raises
        ------
        TransitionError
            The present state has no such event.
        """
        with self._lock:
            old = self._state
            name = TABLE[old].get(event)
            if name is None:
                raise TransitionError(
                    f"The engine is {old}: it cannot {event} now "
                    f"(possible: {', '.join(sorted(TABLE[old])) or 'nothing'})."
                )
            self._state = _STATES[name]
            return self._state, old

    def become(self, name: str) -> tuple[EngineState, EngineState]:
        """Move to a named state and give ``(new, old)``; raises `TransitionError` like `fire`."""
        with self._lock:
            for event, target in TABLE[self._state].items():
                if target == name:
                    return self.fire(event)
            raise TransitionError(f"The engine is {self._state}: it cannot become {name!r} from there.")


class RunEngineStateMachine:
    """The states and moves in the form that tools of the field look for."""

    class States(enum.Enum):
        """Every state the engine can be in."""

        IDLE = "idle"
        RUNNING = "running"
        PAUSING = "pausing"
        PAUSED = "paused"
        HALTING = "halting"
        STOPPING = "stopping"
        ABORTING = "aborting"
        SUSPENDING = "suspending"
        PANICKED = "panicked"

        @classmethod
        def states(cls) -> list[str]:
            """Names of all states."""
            return [member.value for member in cls]

    class Meta:
        """Initial state and legal moves, ``{from: [to, ...]}``."""

        initial_state = "idle"
        transitions = {state: list(dict.fromkeys(moves.values())) for state, moves in TABLE.items()}
