"""Who asked for an export, kept as JSON: the work is done later, with the rights of that moment."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from accounts.actor import Actor


def kept(actor: Actor) -> dict[str, Any]:
    """Give an actor as JSON values."""
    facts = asdict(actor)
    facts["key_scopes"] = None if actor.key_scopes is None else sorted(actor.key_scopes)
    return facts


def actor_of(facts: dict[str, Any]) -> Actor:
    """Give the actor again; what it may do is read from the rows at each question."""
    scopes = facts.get("key_scopes")
    return Actor(**{**facts, "key_scopes": None if scopes is None else frozenset(scopes)})
