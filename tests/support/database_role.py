"""Use the test's connection with the rights of a role that an installation has for its processes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection

from accounts import row_security


@contextlib.contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Take the role on, with no reader named; give it back in the end."""
    _take(f'SET ROLE "{role}"')
    row_security.close()
    try:
        yield
    finally:
        _take("RESET ROLE")


def _take(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    row_security.note_wall(connection=connection)
