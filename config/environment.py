"""Read the environment: where PostgreSQL and the broker are, secrets, lists and switches."""

import os
import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def words(name: str, *, default: str) -> list[str]:
    """Return the comma-separated words of environment variable `name`."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def file_secret(path: Path) -> str:
    """Return the secret kept in `path`; make it (mode 0600) the first time.

    The file is linked into place, so of two processes that start at once both read the same secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


#: When a connection over a network is dead: else a pulled cable is noticed after a quarter of an hour.
CUT_OFF: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}


def database_settings(url: str, var: Path) -> dict[str, Any]:
    """Return Django's database settings for `postgresql://user:password@host:port/name?host=/socket`.

    Without a URL: the embedded server of `var` (see config/embedded.py), over its Unix socket.

    Raises
    ------
    ImproperlyConfigured
        The URL names no PostgreSQL database.
    """
    from config.embedded import postgres_url

    parts = urlsplit(url or postgres_url(var))
    name = parts.path.lstrip("/")
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme or 'nothing'!r}: "
            "it must read postgresql://user:password@host:port/database"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 3, "application_name": "beamport", **CUT_OFF, **query},
    }


def broker_url(url: str, var: Path) -> str:
    """Return the broker's URL; without one, that of the embedded Valkey of `var`."""
    from config.embedded import valkey_url

    if url and urlsplit(url).scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(
            f"BROKER_URL is {url!r}: it must read redis://host:port/0 (Valkey or Redis)"
        )
    return url or valkey_url(var)
