"""Read the search line.

::

    line   = all { "or" all }
    all    = term { term }
    term   = ["-"] ( word | '"' phrase '"' | "(" line ")" | key ":" value { "," value } )
    key    = part { "." part }                       part = name | '"' text '"'
    value  = "*" | text with "*" | "/" regex "/" ["i"]
           | scalar | ( "<" | "<=" | ">" | ">=" ) scalar | [scalar] ".." [scalar]
    scalar = characters without blanks | '"' text '"'

A word also finds words that begin with it. An open quote ends with the line. ``-1`` alone is ``recent:-1``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NoReturn

from accounts.errors import InvalidError
from catalog.queries import Comparison, Group, Pair, Place, Term, Words, leaves, refusal

MAX_CHARACTERS = 1000
MAX_TERMS = 50
MAX_DEPTH = 10

_BLANKS = re.compile(r"\s*")
_QUOTED = re.compile(r'"((?:\\"|[^"])*)(?:"|\Z)')
_KEY = re.compile(
    r"""
    (?:[^\W\d][\w-]{0,99}|"[^"]{1,100}(?="[.:]))"?
    (?:\.(?:[\w-]{0,100}|"[^"]{1,100}"))*
    :(?!//)(?=[^\s)])
    """,
    re.VERBOSE,
)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/(i?)(?=[\s,)]|\Z)")
_SIGN = re.compile(r"<=|>=|<|>")
_RANGE = re.compile(r"(?P<lower>[^.].*?|\.?[^.]+)?\.\.(?P<upper>.+)?", re.DOTALL)
_RECENT = re.compile(r"-\d{1,9}(?=[\s)]|\Z)")
_OR = re.compile(r"(?:or|OR)(?=[\s()]|\Z)")
_AND = re.compile(r"AND(?=[\s()]|\Z)")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def parse(text: str) -> tuple[Term, ...]:
    """Give the terms of a search line.

    Raises
    ------
    InvalidError
        The line is longer than 1000 characters, has more than 50 terms or 10 levels of parentheses, holds
        what is no text (NUL), or is not a line of the grammar; the error says where.

    Examples
    --------
    >>> parse('LaB6 plan:scan -status:fail')[0]
    Words(text='LaB6', is_phrase=False, is_negated=False)
    >>> parse("scan_id:10..20")[0].upper
    '20'
    >>> parse("plan:scan,count")[0].is_any
    True
    """
    if len(text) > MAX_CHARACTERS:
        raise _refused(f"{len(text)} characters are too many; {MAX_CHARACTERS} at most.")
    if _NOT_TEXT.search(text):
        raise _refused("It holds a character that is no text.")
    terms = _Reader(text).line()
    number = sum(1 for _ in leaves(terms))
    if number > MAX_TERMS:
        raise _refused(f"{number} terms are too many; {MAX_TERMS} at most.")
    return terms


def _refused(message: str) -> InvalidError:
    return InvalidError("This search cannot be made.", fields={"q": [message]})


class _Reader:
    """Reads a line from left to right; each method takes what it is named for from the text at ``at``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.opened: list[int] = []

    def line(self) -> tuple[Term, ...]:
        """Read up to the end, or to the parenthesis that ends this one."""
        alternatives: list[list[Term]] = [[]]
        while not self.is_at_end():
            start = self.at
            if self.took(_OR):
                self.require_neighbours(start, bool(alternatives[-1]))
                alternatives.append([])
            elif self.took(_AND):
                self.require_neighbours(start, bool(alternatives[-1]))
            else:
                alternatives[-1].extend(self.term())
        if len(alternatives) == 1:
            return tuple(alternatives[0])
        return (Group(tuple(_joined(terms) for terms in alternatives), is_any=True),)

    def is_at_end(self) -> bool:
        """Pass over blanks, and tell whether nothing of this line is left."""
        self.took(_BLANKS)
        if self.at == len(self.text):
            return True
        if self.text[self.at] != ")":
            return False
        if not self.opened:
            self.refuse(self.at, ")", 'it closes nothing; open it with "(" or search for it in quotes.')
        return True

    def require_neighbours(self, start: int, has_left: bool) -> None:
        """Refuse a joining word with nothing on one side."""
        word = self.text[start : self.at]
        if not has_left or self.is_at_end():
            advice = f'a term must stand on either side; to find the word, write "{word}" in quotes.'
            self.refuse(start, word, advice)

    def term(self) -> tuple[Term, ...]:
        """Read one term; an empty phrase is none."""
        start = self.at
        if (found := self.took(_RECENT)) is not None:
            return (Pair("recent", found[0], place=Place(start, found[0])),)
        is_negated = self.text[start] == "-" and self.text[start + 1 : start + 2].strip() != ""
        self.at += is_negated
        if self.text.startswith("(", self.at):
            terms = self.group()
        elif (key := self.took(_KEY)) is not None:
            terms = (self.pair(key[0][:-1], start),)
        else:
            terms = self.words(start)
        return tuple(replace(term, is_negated=not term.is_negated) for term in terms) if is_negated else terms

    def group(self) -> tuple[Term, ...]:
        """Read what stands in parentheses."""
        start = self.at
        if len(self.opened) == MAX_DEPTH:
            self.refuse(start, "(", f"{MAX_DEPTH} levels of parentheses are the most.")
        self.at += 1
        self.opened.append(start)
        terms = self.line()
        if self.at == len(self.text):
            self.refuse(start, "(", 'its ")" is missing; to find a parenthesis, search for it in quotes.')
        self.opened.pop()
        self.at += 1
        return (_joined(terms),) if terms else ()

    def words(self, start: int) -> tuple[Term, ...]:
        """Read a phrase or a word."""
        quoted = self.took(_QUOTED)
        text = _unescaped(quoted[1]).strip() if quoted is not None else self.bare("")
        if not text:
            return ()
        return (Words(text, is_phrase=quoted is not None, place=self.place(start)),)

    def pair(self, key: str, start: int) -> Term:
        """Read the values of a key."""
        values = [self.value(key, start)]
        while self.text.startswith(",", self.at):
            self.at += 1
            if self.at < len(self.text) and not self.text[self.at].isspace():
                values.append(self.value(key, start))
        return values[0] if len(values) == 1 else Group(tuple(values), is_any=True)

    def value(self, key: str, start: int) -> Pair:
        """Read one value of a key."""
        regex = self.took(_REGEX)
        if regex is not None:
            comparison = Comparison.REGEX_ANY_CASE if regex[2] else Comparison.REGEX
            return Pair(key, regex[1].replace("\\/", "/"), comparison, place=self.place(start))
        sign = self.took(_SIGN)
        quoted = self.took(_QUOTED)
        value = _unescaped(quoted[1]) if quoted is not None else self.bare(",")
        if sign is not None:
            if not value:
                self.refuse(start, self.text[start : self.at], f"what follows {sign[0]} is missing.")
            return Pair(key, value, Comparison(sign[0]), place=self.place(start))
        if quoted is not None:
            return self.after_quoted(key, value, start)
        return self.bare_value(key, value, start)

    def after_quoted(self, key: str, value: str, start: int) -> Pair:
        """Read the rest of a value that begins with a quoted text: a range, or nothing."""
        if not self.text.startswith("..", self.at):
            return Pair(key, value, place=self.place(start))
        self.at += 2
        upper = self.scalar()
        comparison = Comparison.BETWEEN if upper else Comparison.AT_LEAST
        return Pair(key, value, comparison, upper, place=self.place(start))

    def bare_value(self, key: str, value: str, start: int) -> Pair:
        """Tell what a value without quotes means."""
        if value.endswith("..") and self.text.startswith('"', self.at):
            value += self.scalar()
        place = self.place(start)
        if value == "*":
            return Pair(key, "", Comparison.EXISTS, place=place)
        span = _RANGE.fullmatch(value)
        if span is not None and (span["lower"] or span["upper"]):
            return _range(key, span["lower"] or "", span["upper"] or "", place)
        if "*" in value:
            return Pair(key, value, Comparison.LIKE, place=place)
        return Pair(key, value, place=place)

    def scalar(self) -> str:
        """Read a quoted text or characters up to a blank."""
        quoted = self.took(_QUOTED)
        return _unescaped(quoted[1]) if quoted is not None else self.bare(",")

    def bare(self, ends: str) -> str:
        """Read characters up to a blank, a quote, one of `ends`, or a parenthesis that is not the word's."""
        start, depth = self.at, 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if character.isspace() or character == '"' or (character in ends and depth == 0):
                break
            if character == ")" and depth == 0:
                break
            depth += {"(": 1, ")": -1}.get(character, 0)
            self.at += 1
        return self.text[start : self.at]

    def took(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take what `pattern` matches here, if it does."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def place(self, start: int) -> Place:
        """Give the place of what was read since `start`."""
        return Place(start, self.text[start : self.at])

    def refuse(self, start: int, written: str, message: str) -> NoReturn:
        """Say what is wrong with what is written at `start`."""
        raise refusal(Place(start, written), message)


def _range(key: str, lower: str, upper: str, place: Place) -> Pair:
    if lower and upper:
        return Pair(key, lower, Comparison.BETWEEN, upper, place=place)
    if lower:
        return Pair(key, lower, Comparison.AT_LEAST, place=place)
    return Pair(key, upper, Comparison.AT_MOST, place=place)


def _joined(terms: list[Term] | tuple[Term, ...]) -> Term:
    return terms[0] if len(terms) == 1 else Group(tuple(terms))


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"')
