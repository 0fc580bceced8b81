"""Bound the time that the database may spend on one question, and tell what went wrong in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, OperationalError, connection, transaction
from django.db.utils import Error as DatabaseError

from accounts.errors import InvalidError, UnavailableError

SEARCH_DEADLINE_MS = 4000

_QUERY_CANCELED = "57014"
_INVALID_REGEX = "2201B"


@contextmanager
def deadline(milliseconds: int = SEARCH_DEADLINE_MS) -> Iterator[None]:
    """Let each statement inside run `milliseconds` at most, planned for its own values.

    A plan that serves any values walks all runs along time for a rare word: 10 s in place of 1 ms. None
    is compiled to machine code, which takes longer than any search may.

    Raises
    ------
    UnavailableError
        A statement took longer.
    InvalidError
        A regular expression is none.
    """
    is_inside = connection.in_atomic_block
    try:
        with transaction.atomic():
            before = _set(f"{milliseconds}ms", "force_custom_plan", "off")
            yield
            if is_inside:
                _set(*before)
    except DataError as error:
        if _code(error) != _INVALID_REGEX:
            raise
        why = str(error).strip().splitlines()[0].removeprefix("invalid regular expression: ")
        advice = f"A regular expression between slashes is none: {why}."
        raise InvalidError("This search cannot be made.", fields={"q": [advice]}) from error
    except OperationalError as error:
        if _code(error) != _QUERY_CANCELED:
            raise
        raise UnavailableError(
            "The search takes too long and was given up.",
            code="search_timeout",
            hint="Narrow it, for example by since:7d, plan: or proposal:.",
        ) from error


def _set(timeout: str, plans: str, compiling: str) -> tuple[str, str, str]:
    """Set all three for the rest of the transaction, and give what held before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('plan_cache_mode'),"
            " current_setting('jit'), set_config('statement_timeout', %s, true),"
            " set_config('plan_cache_mode', %s, true), set_config('jit', %s, true)",
            [timeout, plans, compiling],
        )
        row = cursor.fetchone()
    return str(row[0]), str(row[1]), str(row[2])


def _code(error: DatabaseError) -> str | None:
    return getattr(error.__cause__, "pgcode", None)
