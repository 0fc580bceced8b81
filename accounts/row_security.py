"""Tell PostgreSQL who reads, for the wall that the database keeps beside ours.

A connection whose role is subject to row security sees only what `beamport.reader` may (migration
``catalog/0011``). Each question of access names its actor there, in the query that it asks anyway, so nothing
is seen by code that asked nothing; at the end of a request the name is taken away. For roles that pass row
security (owner, worker) all of this is without effect.
"""

from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, CharField, F, Func, TextField, Value
from django.db.models.functions import Cast

SETTING: Final = "beamport.reader"
EVERYTHING: Final = "everything"
_MARK: Final = "beamport_is_walled"


def naming_the_reader() -> Func:
    """Give the expression that names the account of a row as the reader, for a query of that one row."""
    return Func(
        Value(SETTING),
        Cast(F("pk"), TextField()),
        Value(False, output_field=BooleanField()),
        function="set_config",
        output_field=CharField(),
    )


def open_for_everything() -> None:
    """Let the installation's own actor read all rows on this connection, until another is named."""
    _name(EVERYTHING)


def close() -> None:
    """Name nobody: what is read from now on without a question of access is nothing."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.connection is not None and not connection.needs_rollback:
        _name("")


def on_request_finished(**_: Any) -> None:
    """Forget the reader before the connection serves the next request."""
    close()


def note_wall(*, connection: Any, **_: Any) -> None:
    """Find out, when a connection is made, whether its role is subject to row security."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN to_regclass('catalog_run') IS NULL THEN false"
            " ELSE row_security_active('catalog_run') END"
        )
        setattr(connection, _MARK, bool(cursor.fetchone()[0]))


def is_walled() -> bool:
    """Tell whether this thread's connection is subject to row security."""
    return bool(getattr(connections[DEFAULT_DB_ALIAS], _MARK, False))


def _name(reader: str) -> None:
    connections[DEFAULT_DB_ALIAS].ensure_connection()
    if is_walled():
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, reader])
