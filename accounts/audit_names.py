"""What the things of audit entries are called, for who reads the log: entries keep only their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from uuid import UUID

from accounts.models import AuditEntry, Rule, User
from accounts.models_of_samples import Sample
from accounts.rules import fact_of

Thing = tuple[str, str]
Names = dict[str, str]
Namer = Callable[[set[str]], Names]


def names_of(entries: Iterable[AuditEntry]) -> dict[Thing, str]:
    """Give names by kind and key, in three queries at most; empty for what is gone or has no name."""
    things = {(entry.object_kind, entry.object_id) for entry in entries if entry.object_kind in _NAMERS}
    asked: dict[Namer, set[str]] = defaultdict(set)
    for kind, key in things:
        asked[_NAMERS[kind]].add(key)
    names = {namer: namer(keys) for namer, keys in asked.items()}
    return {(kind, key): names[_NAMERS[kind]].get(key, "") for kind, key in things}


def _people(usernames: set[str]) -> Names:
    named = {user.username: user.display_name for user in User.objects.filter(username__in=usernames)}
    return {username: name for username, name in named.items() if name != username}


def _samples(keys: set[str]) -> Names:
    rows = Sample.objects.filter(uid__in=_uids(keys)).values_list("uid", "name")
    return {str(uid): name for uid, name in rows}


def _rules(keys: set[str]) -> Names:
    rows = Rule.objects.filter(uid__in=_uids(keys)).select_related("group", "proposal")
    return {str(row.uid): fact_of(row).in_words() for row in rows}


def _uids(keys: set[str]) -> list[UUID]:
    """Give those that are uids; nothing that once was written into the log must keep it from being read."""
    found = []
    for key in keys:
        try:
            found.append(UUID(key))
        except ValueError:
            continue
    return found


_NAMERS: Final[Mapping[str, Namer]] = {
    "user": _people,
    "membership": _people,
    "staff_assignment": _people,
    "sample": _samples,
    "rule": _rules,
}
