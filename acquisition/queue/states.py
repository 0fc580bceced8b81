"""The life of a queue item as one table.

``MOVES[state][event]`` is the next state. A move that is not in the table raises, so a new outcome cannot be
invented by a typing error in the worker or in a service.
"""

from enum import StrEnum
from typing import Final


class ItemState(StrEnum):
    """Where an item stands."""

    PROPOSED = "proposed"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    ABORTED = "aborted"
    STOPPED = "stopped"
    HALTED = "halted"
    INTERRUPTED = "interrupted"
    REMOVED = "removed"
    DENIED = "denied"


class ItemEvent(StrEnum):
    """What can happen to an item."""

    APPROVE = "approve"
    DENY = "deny"
    START = "start"
    REMOVE = "remove"
    COMPLETE = "complete"
    FAIL = "fail"
    ABORT = "abort"
    STOP = "stop"
    HALT = "halt"
    LOSE = "lose"


MOVES: Final[dict[ItemState, dict[ItemEvent, ItemState]]] = {
    ItemState.PROPOSED: {
        ItemEvent.APPROVE: ItemState.QUEUED,
        ItemEvent.DENY: ItemState.DENIED,
        ItemEvent.REMOVE: ItemState.REMOVED,
    },
    ItemState.QUEUED: {ItemEvent.START: ItemState.RUNNING, ItemEvent.REMOVE: ItemState.REMOVED},
    ItemState.RUNNING: {
        ItemEvent.COMPLETE: ItemState.COMPLETED,
        ItemEvent.FAIL: ItemState.FAILED,
        ItemEvent.ABORT: ItemState.ABORTED,
        ItemEvent.STOP: ItemState.STOPPED,
        ItemEvent.HALT: ItemState.HALTED,
        ItemEvent.LOSE: ItemState.INTERRUPTED,
    },
    ItemState.COMPLETED: {},
    ItemState.FAILED: {},
    ItemState.ABORTED: {},
    ItemState.STOPPED: {},
    ItemState.HALTED: {},
    ItemState.INTERRUPTED: {},
    ItemState.REMOVED: {},
    ItemState.DENIED: {},
}

WAITING: Final = frozenset({ItemState.PROPOSED, ItemState.QUEUED})
FINISHED: Final = frozenset(state for state, moves in MOVES.items() if not moves) - {ItemState.REMOVED}
#: Outcomes after which the next item starts without being asked.
GOES_ON: Final = frozenset({ItemState.COMPLETED, ItemState.STOPPED})
#: Outcomes after which a copy of the item waits at the front: it did not do what was asked.
RETURNS: Final = frozenset({ItemState.FAILED, ItemState.ABORTED, ItemState.HALTED, ItemState.INTERRUPTED})
#: Outcomes after which an item that waits for this one will never be due.
NEVER_DONE: Final = FINISHED - GOES_ON | {ItemState.REMOVED}


class ItemStateError(ValueError):
    """A move that the table does not have."""


def move(state: str, event: str) -> ItemState:
    """Give the state after `event`.

    Raises
    ------
    ItemStateError
        The table has no such move; the message lists the events that are possible.

    Examples
    --------
    >>> move("queued", "start").value
    'running'
    """
    try:
        return MOVES[ItemState(state)][ItemEvent(event)]
    except (KeyError, ValueError) as error:
        known = state in MOVES
        possible = sorted(MOVES[ItemState(state)]) if known else []
        raise ItemStateError(
            f"a queue item that is {state!r} cannot {event!r}; it can: {', '.join(possible) or 'nothing'}"
        ) from error
