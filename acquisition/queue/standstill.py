"""A process that stands still, or whose host is cut off, keeps no row locked for long.

The database sees a transaction in which nothing is asked any more. Without a limit it waits for the rest as
long as the connection seems to live, two hours by default, and nobody else gets past the locked rows: no
worker could take the beamline over.
"""

from typing import Final

from django.db import connection

WORKER_S: Final = 3.0
REQUEST_S: Final = 10.0


def limit_standstill(seconds: float, *, is_nested: bool) -> None:
    """Have the database end this transaction when nothing is asked in it for so long.

    Parameters
    ----------
    is_nested
        The transaction is part of another one, whose owner knows how long it may take.
    """
    if is_nested:
        return
    with connection.cursor() as cursor:
        limit = f"{round(seconds * 1000)}ms"
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [limit])
