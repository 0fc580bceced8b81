"""Who is behind a socket, asked when it opens and again while it lives.

A browser comes with its session cookie, and then its Origin must be this site; a program comes with
`Authorization: ApiKey <text>` and needs no Origin. Keys in the address are not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.http.request import validate_host

from accounts.actor import Actor
from accounts.errors import NotSignedInError
from accounts.impersonation import looked_as
from accounts.requests import actor_of_key, actor_of_user

KEY_SCHEMES = frozenset({"apikey"})
SUBPROTOCOL = "beamport"
KEY_PROTOCOL = "beamport.key."
"""Before a key that a browser names as a protocol: it can send no header of its own with a socket."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the opening request of a socket brought along."""

    session_key: str | None = None
    key: str | None = field(default=None, repr=False)
    address: str = ""


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers of an ASGI scope by lower-case name."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def key_in(authorization: str) -> str | None:
    """Give the API key of an Authorization header, None when it holds none.

    >>> key_in("ApiKey bp_x_y")
    'bp_x_y'
    """
    scheme, _, text = authorization.partition(" ")
    return text.strip() or None if scheme.lower() in KEY_SCHEMES else None


def key_of(headers: Mapping[str, str]) -> str | None:
    """Give the API key that came along, as a header or among the protocols; never one from the address.

    >>> key_of({"sec-websocket-protocol": "beamport, beamport.key.bp_x_y"})
    'bp_x_y'
    """
    named = protocols_of(headers)
    keys = [name.removeprefix(KEY_PROTOCOL) for name in named if name.startswith(KEY_PROTOCOL)]
    return key_in(headers.get("authorization", "")) or next(filter(None, keys), None)


def protocols_of(headers: Mapping[str, str]) -> list[str]:
    """Give the protocols that the opener of a socket names."""
    return [name.strip() for name in headers.get("sec-websocket-protocol", "").split(",") if name.strip()]


def accepted_protocol(scope: Mapping[str, Any]) -> str | None:
    """Give the protocol to answer with: ours when it was offered, since a browser wants one back."""
    return SUBPROTOCOL if SUBPROTOCOL in protocols_of(headers_of(scope)) else None


def credentials_of(scope: Mapping[str, Any]) -> Credentials:
    """Read the credentials of an ASGI scope that has gone through Channels' session middleware."""
    headers = headers_of(scope)
    session = scope.get("session")
    return Credentials(
        session_key=getattr(session, "session_key", None),
        key=key_of(headers),
        address=_address(scope, headers),
    )


def identify(credentials: Credentials) -> Actor:
    """Give the actor behind credentials as the rows are now.

    Raises
    ------
    NotSignedInError
        No session and no key, or they have ended, or the account is closed.
    """
    if credentials.key is not None:
        return actor_of_key(credentials.key, address=credentials.address)
    actor = actor_of_user(_session_user(credentials.session_key), address=credentials.address)
    if actor.user_id is None:
        raise NotSignedInError("Sign in, or send an API key, to open the live connection.")
    return actor


def is_origin_allowed(scope: Mapping[str, Any]) -> bool:
    """Tell whether the page that opens the socket is one of ours.

    Who comes with a key needs no page of ours: no browser sends a key by itself, and the session, which it
    does send, is not looked at then.
    """
    headers = headers_of(scope)
    if key_of(headers) is not None:
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    host = headers.get("host", "")
    return _is_own(origin, host) or origin in settings.CSRF_TRUSTED_ORIGINS


def is_private(scope: Mapping[str, Any]) -> bool:
    """Tell whether a socket comes over TLS, or the site has none (`SECURE_SSL_REDIRECT` is off)."""
    if not settings.SECURE_SSL_REDIRECT or scope.get("scheme") == "wss":
        return True
    named, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    told = headers_of(scope).get(named.removeprefix("HTTP_").replace("_", "-").lower(), "")
    return bool(named) and told == value


def _is_own(origin: str, host: str) -> bool:
    parts = urlsplit(origin)
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    allowed = settings.ALLOWED_HOSTS or (["localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
    return parts.scheme in ("http", "https") and parts.netloc == host and validate_host(name, allowed)


def _session_user(session_key: str | None) -> Any:
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)
    return (looked_as(request.session, user) or user) if user.is_authenticated else user


def _address(scope: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Give the client's address as `accounts.requests.address_of` does for a page."""
    proxies = getattr(settings, "TRUSTED_PROXY_COUNT", 0)
    forwarded = [part.strip() for part in headers.get("x-forwarded-for", "").split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return forwarded[-proxies][:64]
    client = scope.get("client")
    return str(client[0])[:64] if client else ""


class OriginGate:
    """ASGI middleware that refuses sockets over an open line or from another site's page, unread."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """Pass on, or refuse with HTTP 403."""
        if is_private(scope) and is_origin_allowed(scope):
            return await self.application(scope, receive, send)
        await receive()
        return await send({"type": "websocket.close"})
