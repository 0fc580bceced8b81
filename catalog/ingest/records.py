"""What comes in, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.errors import ConflictError


@dataclass(frozen=True)
class Record:
    """One document and its place in its run."""

    run: str
    ordinal: int
    name: str
    doc: dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """Where documents come from: beamline, number of the proposal, who asked, the queue item."""

    beamline: str
    proposal: str | None
    username: str
    item_uid: str | None = None


@dataclass(frozen=True)
class StoreResult:
    """What became of a batch.

    Attributes
    ----------
    stored, duplicates, quarantined
        Numbers of documents.
    last_ordinals
        For each run of the batch the ordinal up to which everything is durable now.
    """

    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    last_ordinals: Mapping[str, int] = field(default_factory=dict)


class OrdinalGapError(ConflictError):
    """Documents are missing before a batch; send again from ``expected``.

    Attributes
    ----------
    run : str
    expected : int
        The ordinal that the store waits for.
    """

    code = "ordinal_gap"

    def __init__(self, run: str, expected: int, got: int) -> None:
        self.run = run
        self.expected = expected
        super().__init__(
            f"Run {run}: the batch begins at document {got}, but {expected} to {got - 1} are missing.",
            hint=f"Send the documents again from ordinal {expected}.",
        )
