"""Requests for control as the lease keeps them: a short list of values, each with an end. No I/O."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypedDict

STANDS_FOR: Final = timedelta(minutes=10)
MOST: Final = 20
"""How many may wait at once."""


class ControlRequest(TypedDict):
    """Who asks for control, since when (ISO 8601), and why."""

    username: str
    since: str
    reason: str


def standing(requests: Iterable[ControlRequest], now: datetime) -> list[ControlRequest]:
    """Give the requests that have not lapsed, oldest first.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> asked = [ControlRequest(username="ada", since="2026-11-22T11:49:00+00:00", reason="")]
    >>> len(standing(asked, noon)), len(standing(asked, noon - timedelta(minutes=5)))
    (0, 1)
    """
    return [one for one in requests if datetime.fromisoformat(one["since"]) + STANDS_FOR > now]


def without(requests: Iterable[ControlRequest], username: str) -> list[ControlRequest]:
    """Give the requests of the others."""
    return [one for one in requests if one["username"] != username]
