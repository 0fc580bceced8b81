"""Bound the time that the database may spend on one question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from accounts.errors import UnavailableError

SEARCH_DEADLINE_MS = 4000

_QUERY_CANCELED = "57014"


@contextmanager
def deadline(milliseconds: int = SEARCH_DEADLINE_MS) -> Iterator[None]:
    """Let each statement inside run `milliseconds` at most.

    Raises
    ------
    UnavailableError
        A statement took longer.
    """
    try:
        with transaction.atomic():
            before = _set_timeout(f"{milliseconds}ms")
            yield
            _set_timeout(before)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != _QUERY_CANCELED:
            raise
        raise UnavailableError(
            "The search takes too long and was given up.",
            code="search_timeout",
            hint="Narrow it, for example by since:7d, plan: or proposal:.",
        ) from error


def _set_timeout(value: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [value]
        )
        row = cursor.fetchone()
    return str(row[0])
