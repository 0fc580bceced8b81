"""A query that is asked all the time: its SQL is written once, and only one value in it changes.

Django writes the SQL of a query anew each time it is asked; for one with many joins that takes several times
as long as the database needs to answer.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

PLACE: Final = "the value that changes"


@dataclass(frozen=True, slots=True)
class _Written:
    sql: str
    parameters: tuple[Any, ...]
    names: tuple[str, ...]
    as_python: Callable[[Sequence[Any]], Sequence[Any]]


class Prepared:
    """The first row of a query of rows for one text.

    Parameters
    ----------
    rows
        Gives the query for a text; it must use the text as it is, and once.
    names
        Fields and annotations to read.
    """

    def __init__(self, rows: Callable[[str], QuerySet[Any]], names: Sequence[str]) -> None:
        self._rows = rows
        self._names = tuple(names)
        self._lock = threading.Lock()
        self._written: _Written | None = None

    def first(self, text: str) -> dict[str, Any] | None:
        """Give the first row, by name."""
        written = self._written or self._write()
        with connection.cursor() as cursor:
            cursor.execute(written.sql, [text if value == PLACE else value for value in written.parameters])
            row = cursor.fetchone()
        return dict(zip(written.names, written.as_python(row), strict=True)) if row else None

    def _write(self) -> _Written:
        with self._lock:
            if self._written is None:
                query = self._rows(PLACE).values(*self._names)[:1].query
                compiler = query.get_compiler(connection=connection)
                sql, parameters = compiler.as_sql()
                if parameters.count(PLACE) != 1:
                    raise ValueError(
                        f"the value is to stand once in the query, not {parameters.count(PLACE)} times"
                    )
                converters = compiler.get_converters([column for column, *_ in compiler.select])

                def as_python(row: Sequence[Any]) -> Sequence[Any]:
                    return next(iter(compiler.apply_converters([row], converters)))

                names = list(query.selected or ())
                self._written = _Written(sql, tuple(parameters), tuple(names), as_python)
            return self._written
