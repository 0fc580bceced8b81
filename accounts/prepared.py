"""Questions that are asked all the time: written once, planned once a connection, asked with new values.

Django writes the SQL of a query anew each time it is asked, and PostgreSQL plans it anew; for a question with
subqueries or many joins either takes several times as long as the answer. What comes back is what the query
set would have given: model instances with what they are joined with, dictionaries or single values.
"""

import copy
import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from psycopg2 import sql
from psycopg2.extensions import AsIs

T = TypeVar("T")

#: What stands for a value while a question is written; nothing else in a question is like one of these.
TEXT: Final = "the value that changes"
NUMBER: Final = 1_970_325_648
MOMENT: Final = datetime(1971, 7, 3, 12, 34, 56, 789_123, tzinfo=UTC)

_numbers = itertools.count()
_planned: "WeakKeyDictionary[Any, set[str]]" = WeakKeyDictionary()


class Prepared(Generic[T]):
    """A question with values that change.

    Parameters
    ----------
    rows
        Gives the query for the values. It must use each as it is, and may not look at the clock: the moment
        of asking is a value, or `Now`.
    places
        What stands for each of the values: `TEXT`, `NUMBER` or `MOMENT`; two of one kind are told apart by
        ``TEXT + " 2"``, ``NUMBER + 1``.

    Raises
    ------
    ValueError
        At the first question: a value is not used, or another moment was written into the query.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any, T]], *places: Any) -> None:
        self._rows = rows
        self._places = places
        self._lock = threading.Lock()
        self._written: _Written | None = None

    def all(self, *values: Any) -> list[T]:
        """Give all rows for these values."""
        written = self._written or self._write()
        answer = copy.copy(written.compiler)
        answer.values = values
        asked = _Asked(copy.copy(written.compiler.query), written.db)
        asked.query.get_compiler = lambda *_, **__: answer
        return list(written.iterable(asked))

    def first(self, *values: Any) -> T | None:
        """Give the first row, None when there is none; a query that may find many is to be cut to one."""
        return next(iter(self.all(*values)), None)

    def _write(self) -> "_Written":
        with self._lock:
            if self._written is None:
                asked = self._rows(*self._places)
                compiler = _Compiler(asked.query, connection, asked.db)
                compiler.write(self._places)
                self._written = _Written(compiler, asked.db, asked._iterable_class)
            return self._written


class _Compiler(SQLCompiler):
    """Reads the rows by a statement that was written before."""

    name = ""
    plan: Any = None
    parameters: tuple[Any, ...] = ()
    question = ""
    converters: dict[int, Any]
    values: Sequence[Any] = ()

    def write(self, places: Sequence[Any]) -> None:
        """Write the statement, with a parameter for each of the places."""
        text, given = self.as_sql()
        self.converters = super().get_converters([column for column, *_ in self.select])
        unused = [place for place in places if not any(_is(place, value) for value in given)]
        if unused:
            raise ValueError(f"a value is to stand in the query, and {unused[0]!r} does not")
        self.parameters = tuple(_parameter(value, places) for value in given)
        self.name = f"asked_{next(_numbers)}"
        self.plan = sql.SQL("PREPARE {} AS {}").format(sql.Identifier(self.name), sql.SQL(text))
        marks = ", ".join(["%s"] * len(places))
        self.question = f"EXECUTE {self.name} ({marks})" if marks else f"EXECUTE {self.name}"

    def get_converters(self, expressions: Any) -> dict[int, Any]:
        """Give what makes Python values of the columns: for the same columns always the same."""
        return self.converters

    def execute_sql(self, *_: Any, **__: Any) -> Any:
        """Give the rows for `values`, in one piece; plan the statement where this connection has not yet."""
        with connection.cursor() as cursor:
            known = _planned.setdefault(connection.connection, set())
            if self.name not in known:
                with connection.wrap_database_errors, connection.connection.cursor() as raw:
                    raw.execute(self.plan, self.parameters)
                known.add(self.name)
            cursor.execute(self.question, self.values)
            return [cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class _Written:
    compiler: _Compiler
    db: str
    iterable: Any


@dataclass(slots=True)
class _Asked:
    """What Django's readers of rows want to know of a query set."""

    query: Any
    db: str
    _known_related_objects: dict[Any, Any] = field(default_factory=dict)
    _fields: tuple[str, ...] | None = None


def _is(place: Any, value: Any) -> bool:
    return type(place) is type(value) and bool(place == value)


def _parameter(value: Any, places: Sequence[Any]) -> Any:
    for number, place in enumerate(places, 1):
        if _is(place, value):
            return AsIs(f"${number}")
    if isinstance(value, datetime):
        raise ValueError("the moment of asking was written into the query; give it as a value")
    return value
