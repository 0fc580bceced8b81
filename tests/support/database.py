"""Let tests that commit be cleaned up: the audit log refuses TRUNCATE, which is how Django empties tables."""

from django.db import connection

GUARD = ("accounts_auditentry", "accounts_audit_no_truncate")


def let_tables_be_emptied() -> None:
    """Take the guard against TRUNCATE off the audit log of the test database."""
    _switch("DISABLE")


def refuse_emptying_again() -> None:
    """Put the guard back, for a test of the guard; undone with the test's transaction."""
    _switch("ENABLE")


def _switch(word: str) -> None:
    table, trigger = (connection.ops.quote_name(name) for name in GUARD)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} {word} TRIGGER {trigger}")
