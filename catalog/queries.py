"""What one may ask about runs, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Comparison(StrEnum):
    """How a key's value is compared."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    BETWEEN = ".."


@dataclass(frozen=True, slots=True)
class Words:
    """Text that stands anywhere in a run's metadata.

    A phrase is matched word after word, other text also as the beginning of a word.
    """

    text: str
    is_phrase: bool = False
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and what its value must be; ``upper`` is the end of a range."""

    key: str
    value: str
    comparison: Comparison = Comparison.EQUAL
    upper: str = ""
    is_negated: bool = False


Term = Words | Pair

MAX_LIMIT = 500


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs are asked for; every term must hold.

    Attributes
    ----------
    terms
        What the search text says, see `catalog.search`.
    plan, proposal, beamline
        Name, number, name; exactly.
    status
        ``success``, ``fail``, ``abort`` or ``open``.
    since, until
        POSIX seconds of the start document; ``since`` is included, ``until`` is not.
    is_oldest_first
        Order of the page.
    cursor
        Where the page begins: what ``next`` of the page before said.
    limit
        Runs of a page, 1 to 500.
    """

    terms: tuple[Term, ...] = field(default=())
    plan: str = ""
    proposal: str = ""
    beamline: str = ""
    status: str = ""
    scan_id: int | None = None
    since: float | None = None
    until: float | None = None
    is_oldest_first: bool = False
    cursor: str = ""
    limit: int = 50
