"""What becomes of an export job: one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from accounts.errors import ConflictError


class JobState(StrEnum):
    """Where an export job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


TABLE: Mapping[JobState, Mapping[str, JobState]] = {
    JobState.QUEUED: {"take": JobState.RUNNING, "cancel": JobState.CANCELLED},
    JobState.RUNNING: {
        "finish": JobState.DONE,
        "fail": JobState.FAILED,
        "cancel": JobState.CANCELLED,
        "give_back": JobState.QUEUED,
    },
    JobState.DONE: {"expire": JobState.EXPIRED},
    JobState.FAILED: {},
    JobState.CANCELLED: {},
    JobState.EXPIRED: {},
}
UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


def after(state: str, event: str) -> JobState:
    """Give the state that follows.

    Raises
    ------
    ConflictError
        The table has no such move.

    Examples
    --------
    >>> after("queued", "take")
    <JobState.RUNNING: 'running'>
    """
    following = TABLE[JobState(state)].get(event)
    if following is None:
        raise ConflictError(f"An export that is {state} takes no {event.replace('_', ' ')}.")
    return following
