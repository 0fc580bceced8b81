"""Read the search line.

::

    line  = term { " " term }
    term  = ["-"] ( word | '"' phrase '"' | key ":" value )
    value = word | '"' text '"' | ( "<" | "<=" | ">" | ">=" ) word | word ".." word

A word also finds words that begin with it. Every text is some query: an open quote ends with the line, and
characters without meaning are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accounts.errors import InvalidError
from catalog.queries import Comparison, Pair, Term, Words

MAX_CHARACTERS = 1000
MAX_TERMS = 20

_TOKEN = re.compile(
    r"""
    \s*
    (?P<minus>-(?=[^\s]))?
    (?:(?P<key>[A-Za-z_][A-Za-z0-9_.]{0,99}):(?!//)(?=\S))?
    (?:"(?P<quoted>[^"]*)(?:"|\Z)|(?P<bare>[^\s"]+))
    """,
    re.VERBOSE,
)
_OPERATOR = re.compile(r"(?P<sign><=|>=|<|>)(?P<value>.+)", re.DOTALL)
_RANGE = re.compile(r"(?P<lower>[^.].*?|\.?[^.]+)\.\.(?P<upper>.+)", re.DOTALL)
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def parse(text: str) -> tuple[Term, ...]:
    """Give the terms of a search line.

    Raises
    ------
    InvalidError
        The line is longer than 1000 characters, has more than 20 terms, or holds what is no text (NUL).

    Examples
    --------
    >>> parse('LaB6 plan:scan -status:fail')[0]
    Words(text='LaB6', is_phrase=False, is_negated=False)
    >>> parse("scan_id:10..20")[0].upper
    '20'
    """
    if len(text) > MAX_CHARACTERS:
        raise _refused(f"{len(text)} characters are too many; {MAX_CHARACTERS} at most.")
    if _NOT_TEXT.search(text):
        raise _refused("It holds a character that is no text.")
    terms = tuple(_terms(text))
    if len(terms) > MAX_TERMS:
        raise _refused(f"{len(terms)} terms are too many; {MAX_TERMS} at most.")
    return terms


def _refused(message: str) -> InvalidError:
    return InvalidError("This search cannot be made.", fields={"q": [message]})


def _terms(text: str) -> Iterator[Term]:
    for found in _TOKEN.finditer(text):
        is_negated = found["minus"] is not None
        if found["key"] is not None:
            yield _pair(found["key"], found["quoted"], found["bare"], is_negated)
        elif found["quoted"] is not None:
            if found["quoted"].strip():
                yield Words(found["quoted"].strip(), is_phrase=True, is_negated=is_negated)
        else:
            yield Words(found["bare"], is_negated=is_negated)


def _pair(key: str, quoted: str | None, bare: str | None, is_negated: bool) -> Pair:
    if bare is None:
        return Pair(key, quoted or "", is_negated=is_negated)
    operator = _OPERATOR.fullmatch(bare)
    if operator is not None:
        return Pair(key, operator["value"], Comparison(operator["sign"]), is_negated=is_negated)
    span = _RANGE.fullmatch(bare)
    if span is not None:
        return Pair(key, span["lower"], Comparison.BETWEEN, span["upper"], is_negated)
    return Pair(key, bare, is_negated=is_negated)
