"""Who asks: whether anybody still stands behind an actor, and what its key leaves of it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import access_rows, row_security
from accounts.actor import Actor
from accounts.scopes import Scope, Scopes, with_implied


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether anybody (still) stands behind an actor."""

    stands: bool
    is_admin: bool = False


def standing_of(actor: Actor) -> Standing:
    """Find out who stands behind an actor, and name them as the reader (`row_security`)."""
    if actor.kind == "system":
        row_security.open_for_everything()
        return Standing(stands=True, is_admin=True)
    if actor.kind == "worker":
        return Standing(stands=bool(actor.worker_beamline))
    if actor.kind not in ("person", "key") or actor.user_id is None:
        return Standing(stands=False)
    found = access_rows.owner_of(actor.account_pk, actor.key_prefix if actor.kind == "key" else None)
    return Standing(stands=found is not None, is_admin=bool(found and found[0]))


def key_has(actor: Actor, scope: Scope | None) -> bool:
    """Tell whether the actor is a key with this scope, or no key."""
    return scope is None or actor.key_scopes is None or scope in with_implied(actor.key_scopes)


def narrowed(actor: Actor, given: Scopes) -> Scopes:
    """Give what the actor's key leaves of scopes."""
    return given if actor.key_scopes is None else given & with_implied(actor.key_scopes)
