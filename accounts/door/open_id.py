"""Sign in with an OpenID Connect provider: the code flow with PKCE, state and nonce.

The signed claims name a stable subject, which `accounts.door.identities` turns into a person. State, nonce
and verifier are kept in the browser's session and are good for one answer of the provider.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError
from requests import RequestException

from accounts.door.configuration import OpenID
from accounts.door.identities import Claims, person_of
from accounts.errors import ForbiddenError, NotFoundError, UnavailableError
from accounts.json_gate import is_text
from accounts.models import User

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 5
SCOPE: Final = "openid profile email"
ID_TOKEN: Final = "door.id_token"  # noqa: S105  the name of a key of the session
#: What a provider says when it has asked for more than a password (RFC 8176).
STRONG_METHODS: Final = frozenset({"mfa", "otp", "hwk", "swk", "fido", "sc"})


class _StraightSession(OAuth2Session):
    """Asks the provider's own addresses only: who answers with a redirect sends us nowhere."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.max_redirects = 0


class _Client(DjangoOAuth2App):
    client_cls = _StraightSession


def provider() -> OpenID | None:
    """Give the provider that this site is set up with."""
    found: OpenID | None = settings.OPEN_ID
    return found


def ask(request: HttpRequest, *, answer_to: str) -> HttpResponse:
    """Send the browser to the provider.

    Raises
    ------
    NotFoundError
        This site has no provider.
    UnavailableError
        The provider does not answer.
    """
    configured = _configured()
    try:
        client = _client_of(configured)
        _require_issuer(configured, client)
        response: HttpResponse = client.authorize_redirect(request, answer_to)
    except (RequestException, RuntimeError, ValueError) as error:
        raise _away(error) from error
    return response


def person_behind(request: HttpRequest, *, address: str) -> tuple[User, bool]:
    """Give the person whom the provider's answer names, and whether it asked for more than a password.

    Raises
    ------
    ForbiddenError
        The answer is not to a question of this browser, or is not signed by the provider, or is a refusal.
    UnavailableError
        The provider does not answer.
    """
    configured = _configured()
    client = _client_of(configured)
    try:
        wanted = {"iss": _only(_require_issuer(configured, client)), "aud": _only(client.client_id)}
        token = client.authorize_access_token(request, claims_options=wanted)
    except (AuthlibBaseError, JoseError) as error:
        logger.warning("an answer of the provider was refused: %s", error)
        raise ForbiddenError(
            "The provider's answer could not be used.", hint="Begin again from the sign-in page."
        ) from error
    except (RequestException, RuntimeError, ValueError) as error:
        raise _away(error) from error
    facts = token.get("userinfo")
    if not facts:
        raise ForbiddenError("The provider's answer says nothing of who you are.")
    claims = _claims(configured, facts)
    person = person_of(claims, address=address, links_by_email=configured.links_by_email)
    request.session[ID_TOKEN] = token["id_token"]
    methods = facts.get("amr")
    return person, isinstance(methods, list) and bool(STRONG_METHODS & {str(name) for name in methods})


def goodbye(id_token: str, *, back_to: str) -> str:
    """Give the address where the provider ends its own session too; empty when it has none or is away."""
    try:
        client = _client_of(_configured())
        end = client.load_server_metadata().get("end_session_endpoint", "")
    except (NotFoundError, RequestException, ValueError) as error:
        logger.warning("the provider could not be asked where to sign out: %s", error)
        return ""
    if not end:
        return ""
    words = {"id_token_hint": id_token, "post_logout_redirect_uri": back_to, "client_id": client.client_id}
    return f"{end}{'&' if '?' in end else '?'}{urlencode(words)}"


def _require_issuer(configured: OpenID, client: Any) -> str:
    """Give the issuer that the discovery document names; it must be the one that the site was set up with."""
    named: str = client.load_server_metadata().get("issuer", "")
    if named.rstrip("/") != configured.expected_issuer.rstrip("/"):
        raise ValueError(f"its discovery document is of {named}, not of {configured.expected_issuer}")
    return named


def _claims(configured: OpenID, facts: Any) -> Claims:
    return Claims(
        provider=_text(facts, "iss"),
        subject=_text(facts, "sub"),
        username=_text(facts, configured.username_claim),
        email=_text(facts, "email"),
        email_is_verified=facts.get("email_verified") is True,
        first_name=_text(facts, "given_name"),
        last_name=_text(facts, "family_name"),
    )


def _text(facts: Any, name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) and is_text(value) else ""


def _away(error: Exception) -> UnavailableError:
    logger.error("the identity provider does not answer: %s", error)
    return UnavailableError("The identity provider does not answer.", hint="Try again in a moment.")


def _only(value: Any) -> dict[str, Any]:
    return {"essential": True, "values": [value]}


def _configured() -> OpenID:
    found = provider()
    if found is None:
        raise NotFoundError("This site has no identity provider.")
    return found


@lru_cache(maxsize=4)
def _client_of(configured: OpenID) -> Any:
    """Give the client of a provider; it keeps the discovery document and the keys, read at first use."""
    return OAuth().register(
        "provider",
        client_cls=_Client,
        client_id=configured.client_id,
        client_secret=configured.client_secret or None,
        server_metadata_url=configured.discovery,
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_S,
            "token_endpoint_auth_method": "client_secret_basic" if configured.client_secret else "none",
        },
    )
