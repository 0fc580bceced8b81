"""Sign-in, sessions, keys and who one is, as the queue server's clients ask for them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import principals, services, tokens
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from accounts.requests import actor_of, actor_of_user
from acquisition.qserver.scopes import names_at, names_of, scopes_of
from acquisition.qserver.views import QServerView, parameters_of

MAX_LIFETIME_S = services.KEY_LIFETIME_MAX.total_seconds()


def _tokens(made: tokens.Tokens) -> Response:
    body = {
        "access_token": made.access,
        "expires_in": made.access_s,
        "refresh_token": made.refresh,
        "refresh_token_expires_in": made.refresh_s,
        "token_type": "bearer",
    }
    return Response(body, headers={"Cache-Control": "no-store"})


def _text(given: Any, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidError(f"Give {name} as a text.")
    return value


class TokenView(QServerView):
    """Sign in with a password."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request, beamline: str, provider: str) -> Response:
        """Give tokens for a right password, whatever the provider is called: there is one here."""
        given = parameters_of(request)
        username, password = _text(given, "username"), _text(given, "password")
        return _tokens(tokens.sign_in(request._request, username=username, password=password))


class CodeView(QServerView):
    """Sign in elsewhere."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request, beamline: str, provider: str) -> Response:
        """Say that there is no such provider."""
        raise NotFoundError(f"{provider[:60]} is no provider that signs in by a code; send a password.")

    def post(self, request: Request, beamline: str, provider: str) -> Response:
        """Say that there is no such provider."""
        return self.get(request, beamline, provider)


class RefreshView(QServerView):
    """Renew a session."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request, beamline: str) -> Response:
        """Give new tokens for a refresh token."""
        return _tokens(tokens.refresh(_text(parameters_of(request), "refresh_token")))


class RevokeView(QServerView):
    """End a session."""

    def delete(self, request: Request, beamline: str, uid: str) -> Response:
        """End one of one's own sessions: its tokens open nothing from now on."""
        tokens.revoke(actor=_person(request), uid=uid)
        return Response({"success": True, "msg": ""})


class LogoutView(QServerView):
    """Sign out."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request, beamline: str) -> Response:
        """End the session of the token that is sent, if any."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            _end_session(text.strip())
        return Response({})


def _end_session(access_token: str) -> None:
    try:
        session = tokens.session_of(access_token)
    except NotSignedInError:
        return
    tokens.revoke(actor=actor_of_user(session.user), uid=str(session.uid))


class KeysView(QServerView):
    """API keys."""

    def get(self, request: Request, beamline: str) -> Response:
        """Describe the key that the request came with."""
        return Response(_key(principals.key_named(actor_of(request))))

    def post(self, request: Request, beamline: str) -> Response:
        """Make a key; its text is in this answer and never again."""
        actor = _person(request)
        given = parameters_of(request)
        text, row = services.create_key(
            actor=actor,
            scopes=scopes_of(_names(given.get("scopes"))),
            note=_note(given.get("note")),
            expires_at=timezone.now() + _lifetime(given.get("expires_in")),
        )
        tokens.bind_key(row=row, session=request.auth)
        body = {**_key(principals.key_dict(row)), "secret": text}
        return Response(body, headers={"Cache-Control": "no-store"})

    def delete(self, request: Request, beamline: str) -> Response:
        """Revoke one of one's own keys, named by its first eight characters."""
        prefix = request.query_params.get("first_eight", "")
        services.revoke_key(actor=_person(request), prefix=prefix[:8])
        return Response({"success": True, "msg": ""})


class WhoAmIView(QServerView):
    """Oneself."""

    def get(self, request: Request, beamline: str) -> Response:
        """Give one's principal, with roles and rights at this beamline."""
        actor = actor_of(request)
        require(actor, Scope.QUEUE_READ, beamline=beamline)
        own = principals.own_principal(actor)
        return Response({**_principal(own), **_rights(actor, beamline)})


class ScopesView(QServerView):
    """One's rights."""

    def get(self, request: Request, beamline: str) -> Response:
        """Give roles and rights at this beamline."""
        actor = actor_of(request)
        require(actor, Scope.QUEUE_READ, beamline=beamline)
        told = _rights(actor, beamline)
        return Response({"roles": told["roles"], "scopes": told["scopes"]})


class PrincipalsView(QServerView):
    """Everybody."""

    def get(self, request: Request, beamline: str) -> Response:
        """Give every principal, to administrators."""
        return Response([_principal(one) for one in principals.principals(actor_of(request))])


class PrincipalView(QServerView):
    """Somebody."""

    def get(self, request: Request, beamline: str, uid: UUID) -> Response:
        """Give one principal: one's own, or to administrators any."""
        return Response(_principal(principals.principal(actor_of(request), str(uid))))


class PrincipalKeysView(QServerView):
    """Keys of others."""

    def post(self, request: Request, beamline: str, uid: UUID) -> Response:
        """Refuse: nobody makes a key that acts for somebody else."""
        raise ForbiddenError("A key is made by the person for whom it acts, and by nobody else.")


def _rights(actor: Actor, beamline: str) -> dict[str, Any]:
    return {
        "roles": principals.roles_at(actor, beamline),
        "scopes": names_at(actor, beamline),
        "api_key_scopes": names_of(actor.key_scopes) if actor.key_scopes is not None else None,
    }


def _principal(found: dict[str, Any]) -> dict[str, Any]:
    keys = [_key(key) for key in found["api_keys"]]
    return {"roles": [], "scopes": [], "api_key_scopes": None, **found, "api_keys": keys}


def _key(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "scopes": names_of(found["scopes"])}


def _person(request: Request) -> Actor:
    actor = actor_of(request)
    if actor.kind == "key":
        raise ForbiddenError("An API key cannot make or end keys and sessions: sign in with a password.")
    return actor


def _names(given: Any) -> list[str] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise InvalidError("scopes is a list of names.")
    return given


def _note(given: Any) -> str:
    if given is not None and not isinstance(given, str):
        raise InvalidError("note is a text.")
    return given or ""


def _lifetime(given: Any) -> timedelta:
    if given is None:
        return services.KEY_LIFETIME_DEFAULT
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not 0 < given <= MAX_LIFETIME_S:
        raise InvalidError(f"expires_in is a number of seconds up to {MAX_LIFETIME_S:.0f}.")
    return timedelta(seconds=given)
