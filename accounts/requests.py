"""From a request, a user or a key to the actor that services and selectors take."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from accounts import access_rows, keys
from accounts.actor import Actor, anonymous_actor
from accounts.errors import NotSignedInError
from accounts.models import APIKey, User
from accounts.services import note_key_use


def actor_of(request: Any) -> Actor:
    """Give the actor of a Django or DRF request: the key it carries, else the person, else nobody."""
    key = getattr(request, "auth", None)
    address = address_of(request)
    if isinstance(key, APIKey):
        return _key_actor(key, address)
    return actor_of_user(getattr(request, "user", None), address=address)


def actor_of_user(user: object, *, address: str = "") -> Actor:
    """Give the actor of a Django user object (a socket's `scope["user"]`); nobody for an anonymous one."""
    if user is None or not getattr(user, "is_authenticated", False) or not getattr(user, "is_active", False):
        return anonymous_actor(address)
    person = cast(User, user)
    return Actor(
        kind="person",
        user_id=person.pk,
        username=person.get_username(),
        is_facility_admin=person.is_facility_admin,
        address=address,
        impersonated_by=getattr(person, "impersonated_by", ""),
    )


def actor_of_key(text: str, *, address: str = "") -> Actor:
    """Give the actor of the API key `text`.

    Raises
    ------
    NotSignedInError
        The key is malformed, unknown, revoked or expired, or its owner's account is closed: one answer.
    """
    return _key_actor(key_row(text), address)


def key_row(text: str) -> APIKey:
    """Give the row of the valid key `text`, and note its use; raise NotSignedInError for any other text."""
    prefix = keys.prefix_of(text)
    row = access_rows.key_row(prefix) if prefix else None
    is_right = keys.matches(text, row.hashed if row else keys.NO_HASH)
    if row is None or not is_right or not note_key_use(row):
        raise NotSignedInError(
            "This API key is not valid: unknown, revoked, expired, or its account is closed."
        )
    return row


def address_of(request: Any) -> str:
    """Give the network address of the client.

    Behind `TRUSTED_PROXY_COUNT` proxies it is that many entries from the right of `X-Forwarded-For`; what
    stands further left was written by the client and is not believed.
    """
    django_request: HttpRequest = getattr(request, "_request", request)
    proxies = getattr(settings, "TRUSTED_PROXY_COUNT", 0)
    forwarded = [part.strip() for part in django_request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return str(forwarded[-proxies])[:64]
    return str(django_request.META.get("REMOTE_ADDR") or "")[:64]


def _key_actor(key: APIKey, address: str) -> Actor:
    return Actor(
        kind="key",
        user_id=key.user_id,
        username=key.user.get_username(),
        is_facility_admin=key.user.is_facility_admin,
        address=address,
        key_prefix=key.prefix,
        key_scopes=frozenset(key.scopes),
        key_proposal_id=key.proposal_id,
        key_beamline_id=key.beamline_id,
    )
