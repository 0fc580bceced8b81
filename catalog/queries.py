"""What one may ask about runs, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from accounts.errors import InvalidError


class Comparison(StrEnum):
    """How a key's value is compared."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    BETWEEN = ".."
    EXISTS = "*"
    LIKE = "~*"
    """``*`` in the value stands for any text; letters count the same in either case."""
    REGEX = "~"
    REGEX_ANY_CASE = "~i"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a term stands in the search line: how many characters lie before it, and how it is written."""

    start: int
    written: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text that stands anywhere in a run's metadata.

    A phrase is matched word after word, other text also as the beginning of a word.
    """

    text: str
    is_phrase: bool = False
    is_negated: bool = False
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and what its value must be; ``upper`` is the end of a range.

    Dots of the key walk into objects; a part that holds a dot itself stands in quotes.
    """

    key: str
    value: str
    comparison: Comparison = Comparison.EQUAL
    upper: str = ""
    is_negated: bool = False
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Start times from ``lower`` (included) to ``upper`` (not included), POSIX seconds; None is no bound."""

    lower: float | None = None
    upper: float | None = None
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class NumberRange:
    """A range of the numbers that are kept by key; its ends belong to it or not. None is no end.

    ``or_open`` is a condition on runs that are open, whose own numbers are not kept yet.
    """

    key: str
    lower: float | None
    upper: float | None
    has_lower: bool = True
    has_upper: bool = True
    or_open: Pair | None = None
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class KeyPresent:
    """A dotted key that the metadata have: as the index of keys knows it, and as it was asked."""

    key: str
    asked: Pair
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Terms of which all must hold, or any with ``is_any``."""

    terms: tuple[Term, ...]
    is_any: bool = False
    is_negated: bool = False


Term = Words | Pair | TimeSpan | NumberRange | KeyPresent | Group

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
    recent
        Of what matches, the newest ``recent`` runs; with a minus the one that many places from the newest.
    sort
        Keys to sort by, the weightiest first, a minus before a key for largest first; see
        `catalog.selectors.orders`. Empty stands for the newest first.
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
    recent: int | None = None
    sort: tuple[str, ...] = ()
    cursor: str = ""
    limit: int = 50


def leaves(terms: tuple[Term, ...]) -> Iterator[Words | Pair | TimeSpan | NumberRange | KeyPresent]:
    """Give the terms that are no groups, those in groups too.

    Examples
    --------
    >>> [leaf.text for leaf in leaves((Words("a"), Group((Words("b"), Words("c")), is_any=True)))]
    ['a', 'b', 'c']
    """
    for term in terms:
        if isinstance(term, Group):
            yield from leaves(term.terms)
        else:
            yield term


def refusal(place: Place | None, message: str) -> InvalidError:
    """Give the error that says what is wrong with a search line, and where.

    Examples
    --------
    >>> refusal(Place(4, "scan_id:x"), "'x' is no whole number.").fields["q"]
    ["At character 5, scan_id:x: 'x' is no whole number."]
    """
    if place is not None:
        message = f"At character {place.start + 1}, {shortened(place.written)}: {message}"
    return InvalidError("This search cannot be made.", fields={"q": [message]})


def shortened(text: str, characters: int = 40) -> str:
    """Give a text cut to what a message can show."""
    return text if len(text) <= characters else text[: characters - 1] + "…"
