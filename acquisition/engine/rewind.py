"""What can be taken again after an interruption: the messages since the last checkpoint."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

#: Commands that are never replayed.
NOT_REPLAYED = frozenset(
    {
        "pause",
        "subscribe",
        "unsubscribe",
        "stage",
        "unstage",
        "monitor",
        "unmonitor",
        "open_run",
        "close_run",
        "install_suspender",
        "remove_suspender",
        "_start_suspender",
    }
)


class MessageCache:
    """Messages since the last rewind point; cut off at each checkpoint, so bounded by the plan's checkpoints.

    Attributes
    ----------
    messages : list
        What a rewind would replay.
    is_recording : bool
        Whether messages are being kept: false after `forbid`, or while the user switched rewinding off.
    is_resumable : bool
        Whether the plan may be interrupted and continued at all.
    """

    __slots__ = ("is_recording", "is_resumable", "is_wanted", "messages")

    def __init__(self, is_wanted: bool = True) -> None:
        self.messages: list[Any] = []
        self.is_resumable = True
        self.is_wanted = is_wanted
        self.is_recording = is_wanted

    def reset(self) -> None:
        """Make a rewind point here."""
        # a new list, not clear(): a replay may still be walking the old one
        self.messages = []

    def forget_run(self, key: Hashable) -> None:
        """Drop the messages of a closed run: replaying them would fail."""
        self.messages = [msg for msg in self.messages if msg.run != key]

    def forbid(self) -> None:
        """Allow no rewinding for the rest of the call."""
        self.messages = []
        self.is_resumable = False
        self.is_recording = False

    def want(self, is_wanted: bool) -> bool:
        """Switch recording on or off; says whether that was a change."""
        changed = is_wanted != self.is_wanted
        self.is_wanted = is_wanted
        self.is_recording = is_wanted and self.is_resumable
        return changed

    def take(self) -> list[Any]:
        """Give the messages to replay and start anew."""
        messages, self.messages = self.messages, []
        return messages
