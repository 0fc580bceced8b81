"""Roles of the database: who owns the tables, and what the processes that use them may do.

====== ==================== ===========================================================================
role   name                 rights
====== ==================== ===========================================================================
owner  who runs `migrate`   everything; passes row security; for migrations, backups and commands
web    ``<database>_web``   rows, not tables; behind row security; adds to the audit log and reads it
worker ``<database>_worker`` rows of runs and queues; reads accounts without secrets; adds to the audit log
====== ==================== ===========================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import connection, transaction
from psycopg2 import sql

from accounts.row_security import EVERYTHING, SETTING

WEB: Final = "web"
WORKER: Final = "worker"

AUDIT: Final = "accounts_auditentry"
MIGRATIONS: Final = "django_migrations"
SECRETS: Final = (
    "accounts_identity",
    "accounts_recoverycode",
    "accounts_secondfactor",
    "accounts_session",
    "accounts_signinrecord",
    "accounts_tokensession",
)
"""Tables of signing in, which no worker reads."""

SEARCHING: Final = (
    "jsonb_contains(jsonb, jsonb)",
    "jsonb_exists(jsonb, text)",
    "jsonb_path_exists_opr(jsonb, jsonpath)",
    "jsonb_path_match_opr(jsonb, jsonpath)",
    "ts_match_vq(tsvector, tsquery)",
    "textlike(text, text)",
    "texticlike(text, text)",
    "textregexeq(text, text)",
    "texticregexeq(text, text)",
    "upper(text)",
    "arraycontains(anyarray, anyarray)",
    "arrayoverlap(anyarray, anyarray)",
)
"""Functions behind the operators of our indexes. They tell nothing of a row but true or false; told so,
PostgreSQL uses these indexes behind row security too, instead of looking at every readable row."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the roles of one database."""

    web: str
    worker: str

    @classmethod
    def of(cls, database: str) -> Roles:
        """Give the names for a database: roles belong to the whole server, so its name is in theirs."""
        return cls(f"{database}_{WEB}", f"{database}_{WORKER}")


def set_up(passwords: Mapping[str, str] | None = None) -> Roles:
    """Make the roles where they are missing, and give them exactly their rights; may be repeated.

    Parameters
    ----------
    passwords
        By kind of role; a role without one keeps what it has.

    Raises
    ------
    django.db.utils.ProgrammingError
        The connection's role may not make roles (``CREATEROLE``) or does not own the tables.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = cursor.fetchone()[0]
        roles = Roles.of(database)
        for kind, name in ((WEB, roles.web), (WORKER, roles.worker)):
            _make(cursor, name, (passwords or {}).get(kind))
        for statement in _rights(database, roles):
            cursor.execute(statement.as_string(cursor.cursor))
        if _is_superuser(cursor):
            cursor.execute(_altered("ALTER ROLE {} BYPASSRLS", roles.worker).as_string(cursor.cursor))
            for function in SEARCHING:
                marked = sql.SQL("ALTER FUNCTION pg_catalog.{} LEAKPROOF").format(sql.SQL(function))
                cursor.execute(marked.as_string(cursor.cursor))
    return roles


def _make(cursor: Any, name: str, password: str | None) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(_altered("CREATE ROLE {} LOGIN", name).as_string(cursor.cursor))
    if password:
        words = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
        cursor.execute(words.as_string(cursor.cursor))


def _rights(database: str, roles: Roles) -> Iterator[sql.Composable]:
    """Give the statements, from nothing upwards, so that a right taken out of here is taken away."""
    for role in (roles.web, roles.worker):
        yield sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(role)
        )
        yield _altered("GRANT USAGE ON SCHEMA public TO {}", role)
        yield _altered("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", role)
        yield _altered("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", role)
        yield _altered("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", role)
        yield _on_table("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}", AUDIT, role)
        yield _on_table("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}", MIGRATIONS, role)
    for table in sorted(model._meta.db_table for model in _models_of_accounts()):
        if table != AUDIT:
            yield _on_table("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}", table, roles.worker)
    for table in SECRETS:
        yield _on_table("REVOKE ALL ON {} FROM {}", table, roles.worker)
    yield sql.SQL("ALTER ROLE {} SET {} = {}").format(
        sql.Identifier(roles.worker), sql.SQL(SETTING), sql.Literal(EVERYTHING)
    )


def _models_of_accounts() -> list[Any]:
    return list(apps.get_app_config("accounts").get_models(include_auto_created=True))


def _altered(words: str, role: str) -> sql.Composed:
    return sql.SQL(words).format(sql.Identifier(role))


def _on_table(words: str, table: str, role: str) -> sql.Composed:
    return sql.SQL(words).format(sql.Identifier(table), sql.Identifier(role))


def _is_superuser(cursor: Any) -> bool:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return bool(cursor.fetchone()[0])
