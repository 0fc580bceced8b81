"""The log of what was done: only added to, and chained, so that a change shows.

Each entry holds the SHA-256 of the entry before it and of its own canonical JSON. Entries are put in line by
an advisory lock that PostgreSQL holds to the end of the transaction, so `record` comes last in a service:
what follows it keeps every other writer waiting.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import AuditEntry
from accounts.prepared import Prepared

GENESIS = "0" * 64
LOCK_ID = 0x62656D61  # "bema": the advisory lock of the audit chain, used for nothing else
MAX_TEXT = 4000
MAX_DEPTH = 16

CHAINED_FIELDS = (
    "actor_kind",
    "username",
    "key_prefix",
    "address",
    "on_behalf_of",
    "action",
    "object_kind",
    "object_id",
    "beamline",
    "proposal",
    "before",
    "after",
    "reason",
)


class OutsideTransactionError(RuntimeError):
    """`record` was called outside a transaction: the act and its entry could part."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: how many entries hold, where the chain breaks first, and its last hash."""

    entries: int
    head: str
    broken_at: int | None = None
    fault: str = ""


_LAST_HASH: Final[Prepared[str]] = Prepared(
    lambda: AuditEntry.objects.order_by("-id").values_list("hash", flat=True)[:1]
)
_is_rehearsed: ContextVar[bool] = ContextVar("is_rehearsed", default=False)


@contextmanager
def without_entries() -> Iterator[None]:
    """Write no entries: for acts that are rolled back as they end, so that nothing was done.

    Raises
    ------
    OutsideTransactionError
        No transaction is open to be rolled back.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError("a rehearsal must be inside transaction.atomic()")
    token = _is_rehearsed.set(True)
    try:
        yield
    finally:
        _is_rehearsed.reset(token)
        transaction.set_rollback(True)


def record(
    *,
    actor: Actor,
    action: str,
    object_kind: str = "",
    object_id: object = "",
    beamline: str = "",
    proposal: str = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """Add one entry to the audit log, in the transaction of the act it tells of.

    Parameters
    ----------
    action
        What was done, as ``"<noun>.<verb in the past>"``: ``"queue_item.moved"``, ``"api_key.revoked"``.
    beamline, proposal
        Name and number of the place; staff of the beamline read the entries that name it.
    before, after
        What changed, as JSON-able values; never a secret.

    Raises
    ------
    OutsideTransactionError
        No transaction is open.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(f"{action}: record() must be called inside transaction.atomic()")
    if _is_rehearsed.get():
        return
    entry = AuditEntry(
        actor_kind=actor.kind,
        username=_text(actor.impersonated_by or actor.username),
        key_prefix=_text(actor.key_prefix or ""),
        address=_text(actor.address),
        on_behalf_of=_text(actor.username if actor.impersonated_by else actor.on_behalf_of),
        action=_text(action),
        object_kind=_text(object_kind),
        object_id=_text(object_id),
        beamline=_text(beamline),
        proposal=_text(proposal),
        before=_settled(before),
        after=_settled(after),
        reason=_text(reason),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_ID])
    entry.at = timezone.now()
    entry.previous_hash = _LAST_HASH.first() or GENESIS
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)


def entry_hash(entry: AuditEntry) -> str:
    """Give the hash that `entry` must have: SHA-256 of the previous hash and its canonical JSON."""
    content = {name: getattr(entry, name) for name in CHAINED_FIELDS}
    content["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(entry.previous_hash.encode() + b"\n" + canonical.encode()).hexdigest()


def verify(*, expected_head: str = "") -> Verdict:
    """Walk the whole chain, oldest first, and tell where it first breaks.

    Parameters
    ----------
    expected_head
        A hash noted earlier; the chain must contain it. This finds entries cut off at the end, which the
        chain alone cannot show.
    """
    previous, count, met = GENESIS, 0, not expected_head
    for entry in _oldest_first():
        if entry.previous_hash != previous:
            return Verdict(count, previous, entry.pk, "the entry before it is missing or was changed")
        if entry_hash(entry) != entry.hash:
            return Verdict(count, previous, entry.pk, "the entry was changed")
        previous = entry.hash
        count += 1
        met = met or previous == expected_head
    if not met:
        return Verdict(count, previous, None, f"no entry has the hash {expected_head}: the end was cut off")
    return Verdict(count, previous)


def _oldest_first() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("id").iterator(chunk_size=1000)


def _text(value: object) -> str:
    """Give text that PostgreSQL takes: no NUL, no lone surrogates, bounded."""
    text = str(value).encode("utf-8", "backslashreplace").decode().replace("\x00", "\\u0000")
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _settled(value: Any, depth: int = 0) -> Any:
    """Give a value that comes back from jsonb exactly as it went in, so that its hash still fits.

    jsonb keeps numbers as decimals: a whole float comes back as an integer and -0.0 without its sign, so
    these are settled here; what is not JSON at all is written as text.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return _settled_float(value)
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {_text(key): _settled(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_settled(item, depth + 1) for item in value]
    if isinstance(value, set | frozenset):
        return [_settled(item, depth + 1) for item in sorted(value, key=str)]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _text(value)


def _settled_float(value: float) -> int | float | str:
    if not math.isfinite(value):
        return repr(value)
    if value.is_integer():
        return int(value) if abs(value) < 2**53 else repr(value)
    return value
