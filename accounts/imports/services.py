"""Take over people, proposals, members, visits and samples from another system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from django.db import transaction

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import BeamportError, NotSignedInError
from accounts.imports.applying import APPLY
from accounts.imports.reading import REQUIRED, Row

OPEN_TO_MEMBERS: Final = frozenset({"samples"})
OUTCOMES: Final = ("added", "changed", "unchanged", "refused")


def import_rows(*, actor: Actor, rows: Iterable[Row], is_dry_run: bool = False) -> dict[str, Any]:
    """Add and change what rows say; each row is one transaction, and one that is refused stops no other.

    Audits what each row does, as the services do; a row that changes nothing writes nothing.

    Parameters
    ----------
    is_dry_run
        Try it all, and leave everything as it was.

    Returns
    -------
    dict
        ``is_dry_run``, ``counts`` by outcome, and ``rows``: ``kind``, ``row`` (from 1), ``key``, ``outcome``
        (added, changed, unchanged, refused), ``detail`` and ``fields`` of what was refused.

    Raises
    ------
    ForbiddenError
        The actor lacks `account:manage`; samples may be imported by who may write them.
    """
    found = list(rows)
    _check_access(actor, {row.kind for row in found})
    with _rehearsal() if is_dry_run else nullcontext():
        told = [_told(actor, row) for row in found]
    counts = Counter(row["outcome"] for row in told)
    return {
        "is_dry_run": is_dry_run,
        "counts": {name: counts[name] for name in OUTCOMES},
        "rows": told,
    }


def _check_access(actor: Actor, kinds: set[str]) -> None:
    if not actor.is_signed_in:
        raise NotSignedInError()
    if kinds - OPEN_TO_MEMBERS:
        require(actor, Scope.ACCOUNT_ADMIN)


@contextmanager
def _rehearsal() -> Iterator[None]:
    """Run in a transaction that is rolled back; the audit chain, which all others wait for, is left alone."""
    with transaction.atomic(), audit.without_entries():
        yield


def _told(actor: Actor, row: Row) -> dict[str, Any]:
    key = " ".join(str(row.values[name]) for name in REQUIRED[row.kind][:2] if row.values.get(name))
    told = {"kind": row.kind, "row": row.number, "key": key[:200], "detail": "", "fields": row.faults}
    if row.faults:
        return {**told, "outcome": "refused", "detail": "The row cannot be read."}
    try:
        with transaction.atomic():
            return {**told, "outcome": APPLY[row.kind](actor, row.values)}
    except BeamportError as error:
        return {**told, "outcome": "refused", "detail": str(error.detail), "fields": dict(error.fields or {})}
