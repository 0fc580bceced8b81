"""API keys in the `Authorization` header."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, ParseError
from rest_framework.request import Request

from accounts import keys, tokens
from accounts.errors import NotSignedInError
from accounts.models import APIKey, TokenSession, User
from accounts.requests import key_row

SCHEME = "ApiKey"


class APIKeyAuthentication(BaseAuthentication):
    """Take `Authorization: ApiKey bp_…` (the scheme in any case); refuse a key that stands in the address.

    `request.user` becomes the owner and `request.auth` the key's row; `accounts.requests.actor_of` makes both
    into an actor that the key narrows. Requests without the header are left to the next authentication.
    """

    def authenticate(self, request: Request) -> tuple[User, APIKey] | None:
        """Give the owner and the key, or None when the request carries no key."""
        _refuse_key_in_address(request)
        words = get_authorization_header(request).split()
        if not words or words[0].decode("latin-1").lower() != SCHEME.lower():
            return None
        if len(words) != 2:
            raise AuthenticationFailed("The header must read 'Authorization: ApiKey <key>'.")
        try:
            row = key_row(words[1].decode("latin-1"))
        except NotSignedInError as error:
            raise AuthenticationFailed(error.detail) from error
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        """Give the challenge of a 401 answer."""
        return f'{SCHEME} realm="Beamport"'


class TokenAuthentication(BaseAuthentication):
    """Take `Authorization: Bearer <access token>` of `accounts.tokens`; `request.auth` is its session."""

    def authenticate(self, request: Request) -> tuple[User, TokenSession] | None:
        """Give the person and the session, or None when the request carries no token."""
        words = get_authorization_header(request).split()
        if not words or words[0].decode("latin-1").lower() != "bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("The header must read 'Authorization: Bearer <token>'.")
        try:
            session = tokens.session_of(words[1].decode("latin-1"))
        except NotSignedInError as error:
            raise AuthenticationFailed(error.detail) from error
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        """Give the challenge of a 401 answer."""
        return 'Bearer realm="Beamport"'


class APIKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers untyped
    """Tell the OpenAPI schema how a key is sent."""

    target_class = APIKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Give the OpenAPI security scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`ApiKey <key>`; keys are made on the account page.",
        }


def _refuse_key_in_address(request: Request) -> None:
    values = (value for _, values in request.query_params.lists() for value in values)
    if any(keys.looks_like_key(value) for value in values):
        raise ParseError(
            "An API key must not stand in the address, where logs and histories keep it. "
            "Send it in the header 'Authorization: ApiKey <key>', and revoke this one.",
            code="key_in_address",
        )
