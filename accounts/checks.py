"""What an installation must not be run with: `manage.py check --deploy`, beside Django's own checks.

====================== =================================================================================
``beamport.E001``      the database role owns the tables or is a superuser: neither row security nor the
                       audit log's guard hold for it (needs ``--database default``)
``beamport.W002``      a cookie lacks the ``__Host-`` prefix
``beamport.W003``      staff need no second factor
``beamport.W004``      proxies are believed to end TLS, and none is counted for addresses
``beamport.W005``      database or broker over a network without TLS
``beamport.W006``      the file of the secret key can be read by others
``beamport.W007``      passwords are not hashed with Argon2
``beamport.W008``      mail, with the password of its server, over a network without TLS
====================== =================================================================================
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

LOOPBACK: Final = ("", "127.0.0.1", "localhost", "::1")
WHERE: Final = "docs/reference/settings.md says how."


@register(Tags.database, deploy=True)
def check_database_role(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Tell of a role that may do more than the application needs."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR pg_has_role(rolname, tableowner::regrole, 'USAGE')"
            " FROM pg_roles, pg_tables"
            " WHERE rolname = current_user AND schemaname = 'public' AND tablename = 'accounts_auditentry'"
        )
        found = cursor.fetchone()
    if found is None or not found[1]:
        return []
    return [
        Error(
            f"The database role {found[0]} owns the audit log: it could change it, and sees every row.",
            hint="Run `manage.py database_roles` and use its role (docs/how-to/database-roles.md).",
            id="beamport.E001",
        )
    ]


@register(Tags.security, deploy=True)
def check_settings(**_: Any) -> list[CheckMessage]:
    """Tell of settings that are weaker than an installation on a network should have."""
    return [Warning(told, hint=WHERE, id=f"beamport.{number}") for number, told in _weaknesses()]


def _weaknesses() -> Iterator[tuple[str, str]]:
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        if not name.startswith("__Host-"):
            yield (
                "W002",
                f"The cookie {name} lacks the prefix __Host-: another host may set it.",
            )
    if not settings.STAFF_SECOND_FACTOR:
        yield "W003", "Beamline staff and administrators sign in with a password alone."
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXY_COUNT:
        yield "W004", "A proxy ends TLS, but BEAMPORT_PROXIES is 0: every address is taken for the proxy's."
    yield from _plain_lines()
    if settings.EMAIL_HOST not in LOOPBACK and not settings.EMAIL_USE_TLS:
        yield "W008", f"Mail goes to {settings.EMAIL_HOST} over an open line (BEAMPORT_MAIL_TLS=on)."
    secret = settings.VAR_DIR / "secret_key"
    if secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        yield "W006", f"{secret} can be read by other accounts of this machine."
    if "Argon2" not in settings.PASSWORD_HASHERS[0]:
        yield "W007", f"Passwords are hashed with {settings.PASSWORD_HASHERS[0]}."


def _plain_lines() -> Iterator[tuple[str, str]]:
    database = settings.DATABASES["default"]
    host = str(database.get("HOST") or "")
    mode = database.get("OPTIONS", {}).get("sslmode", "")
    if not host.startswith("/") and host not in LOOPBACK and mode not in ("verify-full", "verify-ca"):
        yield "W005", f"The database on {host} is asked without a checked certificate (?sslmode=verify-full)."
    broker = urlsplit(settings.BROKER_URL)
    if broker.hostname not in LOOPBACK and broker.scheme != "rediss":
        yield "W005", f"The broker on {broker.hostname} is asked without TLS (rediss://)."
