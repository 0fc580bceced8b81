"""Arithmetic over columns, as people type it: read by a small grammar; no text is ever run as a program.

::

    line   = [ word "=" ] sum
    sum    = product { ("+" | "-") product }
    product = sign { ("*" | "/") sign }
    sign   = ["-" | "+"] sign | power
    power  = atom [ ("^" | "**") sign ]
    atom   = number | column | function "(" sum { "," sum } ")" | "(" sum ")"
    column = word { "." word } | '"' any name '"'
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Read = Callable[[str], Values]
Node = Callable[[Read], Any]

LONGEST = 300
DEEPEST = 30
_LABEL = re.compile(r"\s*([A-Za-z_]\w{0,39})\s*=(?!=)")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r'|(?P<word>[^\W\d][\w.]*)|"(?P<quoted>[^"]+)"|(?P<sign>\*\*|[-+*/^(),]))'
)


class ExpressionError(ValueError):
    """A text that is no expression over columns: says what is wrong, and at which character."""

    def __init__(self, text: str, position: int, problem: str) -> None:
        super().__init__(f"{problem} (at character {position + 1} of {text[:80]!r})")
        self.text, self.position = text, position


@dataclass(frozen=True, slots=True)
class Expression:
    """What to compute, and from which columns.

    Attributes
    ----------
    text
        As it was typed, without the name before ``=``.
    label
        The name before ``=``, else the text.
    names
        Columns that it reads, in the order in which they stand.
    """

    text: str
    label: str
    names: tuple[str, ...]
    root: Node

    def values(self, read: Read, count: int) -> Values:
        """Compute it: `count` floats, NaN or infinite where there is no value."""
        with np.errstate(all="ignore"):
            found = np.asarray(self.root(read), dtype=float)
        return np.array(np.broadcast_to(found, (count,)), dtype=float)


def parse_expression(line: str) -> Expression:
    """Read an expression.

    Raises
    ------
    ExpressionError
        The text is none; the message says why and where.

    Examples
    --------
    >>> ratio = parse_expression("ratio = det / (2 * monitor)")
    >>> ratio.label, ratio.names
    ('ratio', ('det', 'monitor'))
    >>> ratio.values({"det": np.array([4.0, 8.0]), "monitor": np.array([1.0, 2.0])}.__getitem__, 2).tolist()
    [2.0, 2.0]
    """
    if len(line) > LONGEST:
        raise ExpressionError(line, LONGEST, f"at most {LONGEST} characters are read")
    named = _LABEL.match(line)
    begin = named.end() if named else 0
    parser = _Parser(line, begin)
    root = parser.whole()
    text = line[begin:].strip()
    return Expression(text, named[1] if named else text, tuple(dict.fromkeys(parser.names)), root)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(line: str, begin: int) -> list[_Token]:
    found, position = [], begin
    while line[position:].strip():
        match = _TOKEN.match(line, position)
        if match is None:
            at = position + len(line[position:]) - len(line[position:].lstrip())
            raise ExpressionError(line, at, f"{line[at]!r} means nothing here")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*found, _Token("end", "", len(line))]


class _Parser:
    """Reads tokens from the left; each method reads one rule of the grammar."""

    def __init__(self, line: str, begin: int) -> None:
        self.line = line
        self.tokens = _tokens(line, begin)
        self.place = 0
        self.depth = 0
        self.names: list[str] = []

    def whole(self) -> Node:
        root = self.sum()
        if self.next.kind != "end":
            raise self.error(f"an operator is missing before {self.next.text!r}")
        return root

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def error(self, problem: str) -> ExpressionError:
        return ExpressionError(self.line, self.next.position, problem)

    def take(self, *signs: str) -> str:
        """Take the next token if it is one of these signs."""
        if self.next.kind != "sign" or self.next.text not in signs:
            return ""
        self.place += 1
        return self.tokens[self.place - 1].text

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"at most {DEEPEST} levels are read")
        found = self.product()
        while sign := self.take("+", "-"):
            found = _joined(sign, found, self.product())
        self.depth -= 1
        return found

    def product(self) -> Node:
        found = self.sign()
        while sign := self.take("*", "/"):
            found = _joined(sign, found, self.sign())
        return found

    def sign(self) -> Node:
        minus = False
        while sign := self.take("-", "+"):
            minus ^= sign == "-"
        found = self.power()
        return (lambda read: np.negative(found(read))) if minus else found

    def power(self) -> Node:
        base = self.atom()
        if not self.take("^", "**"):
            return base
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"at most {DEEPEST} levels are read")
        exponent = self.sign()
        self.depth -= 1
        return lambda read: np.power(np.asarray(base(read), dtype=float), exponent(read))

    def atom(self) -> Node:
        token = self.next
        if self.take("("):
            found = self.sum()
            self.close()
            return found
        if token.kind in ("end", "sign"):
            what = repr(token.text) if token.text else "the end"
            raise self.error(f"a column, a number or '(' is missing before {what}")
        self.place += 1
        if token.kind == "number":
            number = float(token.text)
            return lambda read: number
        if token.kind == "word" and self.take("("):
            return self.call(token)
        if token.kind == "word" and token.text in CONSTANTS:
            constant = CONSTANTS[token.text]
            return lambda read: constant
        name = token.text
        self.names.append(name)
        return lambda read: read(name)

    def close(self) -> None:
        if not self.take(")"):
            raise self.error("')' is missing")

    def call(self, name: _Token) -> Node:
        known = FUNCTIONS.get(name.text)
        if known is None:
            advice = f"there is no function {name.text!r}; there are {', '.join(sorted(FUNCTIONS))}"
            raise ExpressionError(self.line, name.position, advice)
        given = [self.sum()]
        while self.take(","):
            given.append(self.sum())
        self.close()
        least, most, function = known
        if not least <= len(given) <= most:
            takes = str(least) if least == most else f"{least} to {most}"
            problem = f"{name.text} takes {takes} values, not {len(given)}"
            raise ExpressionError(self.line, name.position, problem)
        return lambda read: function(*(one(read) for one in given))


_JOINING: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
)


def _joined(sign: str, left: Node, right: Node) -> Node:
    join = _JOINING[sign]
    return lambda read: join(np.asarray(left(read), dtype=float), right(read))


def _derivative(values: Any, over: Any = None) -> Values:
    """Give dy/dx by central differences, one-sided at the ends."""
    line = np.atleast_1d(np.asarray(values, dtype=float))
    if line.size < 2:
        return np.full(line.shape, np.nan)
    if over is None:
        return np.asarray(np.gradient(line), dtype=float)
    return np.asarray(
        np.gradient(line, np.broadcast_to(np.asarray(over, dtype=float), line.shape)), dtype=float
    )


def _smooth(values: Any, rows: Any) -> Values:
    """Give the mean of each value with its neighbours, `rows` in all; fewer at the ends; NaN is left out."""
    line = np.atleast_1d(np.asarray(values, dtype=float))
    size = float(np.asarray(rows, dtype=float).flat[0]) if np.size(rows) else 1.0
    half = int(min(max(size, 1.0), 10_000.0)) // 2 if np.isfinite(size) else 0
    known = np.isfinite(line)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, line, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    place = np.arange(line.size)
    low, high = np.maximum(place - half, 0), np.minimum(place + half + 1, line.size)
    return np.asarray((sums[high] - sums[low]) / (counts[high] - counts[low]), dtype=float)


def _over_all(reduce: Callable[[Values], Any]) -> Callable[[Any], float]:
    def reduced(values: Any) -> float:
        line = np.atleast_1d(np.asarray(values, dtype=float))
        known = line[np.isfinite(line)]
        return float(reduce(known)) if known.size else float("nan")

    return reduced


def _of_degrees(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda angle: function(np.deg2rad(angle))


CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": float(np.pi)})
FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., Any]]] = MappingProxyType(
    {
        "abs": (1, 1, np.abs),
        "sqrt": (1, 1, np.sqrt),
        "exp": (1, 1, np.exp),
        "log": (1, 1, np.log),
        "log10": (1, 1, np.log10),
        "sin": (1, 1, _of_degrees(np.sin)),
        "cos": (1, 1, _of_degrees(np.cos)),
        "tan": (1, 1, _of_degrees(np.tan)),
        "min": (1, 1, _over_all(np.min)),
        "max": (1, 1, _over_all(np.max)),
        "mean": (1, 1, _over_all(np.mean)),
        "std": (1, 1, _over_all(np.std)),
        "total": (1, 1, _over_all(np.sum)),
        "cumsum": (1, 1, lambda values: np.cumsum(np.nan_to_num(np.atleast_1d(values)))),
        "derivative": (1, 2, _derivative),
        "smooth": (2, 2, _smooth),
    }
)
"""Name: fewest values, most values, function. Angles are degrees; ``min`` to ``total`` are of all rows."""
