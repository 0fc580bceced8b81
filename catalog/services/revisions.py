"""Metadata corrected afterwards: each change is a revision; the start document stays as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError, NotFoundError
from catalog.documents.encoding import dumps, keep_order, to_storable
from catalog.documents.errors import EncodingError, InvalidDocumentError
from catalog.documents.validate import validate
from catalog.ingest import set_metadata
from catalog.models import Run, RunRevision
from catalog.selectors import metadata_of
from catalog.services.annotating import annotatable, locked, note_act, required_text

MAX_REVISIONS = 1000
MAX_BYTES = 2**20
FIXED = ("uid", "time")
"""Keys that tell which run it is."""


@transaction.atomic
def revise_metadata(
    *, actor: Actor, run_uid: str, changes: Mapping[str, Any], reason: str, base: int | None = None
) -> RunRevision:
    """Change metadata of a run; searches find what holds now. Audits ``run.metadata_revised``.

    Parameters
    ----------
    changes
        A JSON merge patch (RFC 7396): values to set, None takes a key away, objects are merged.
    reason
        Why; other people read it.
    base
        Number of the revision that the changes were made from; if there is a newer one they are refused.

    Raises
    ------
    InvalidError
        The result would be no start document, or names another run or time.
    ConflictError
        Somebody else changed it meanwhile, or nothing would change.
    """
    row = annotatable(actor, run_uid)
    reason = required_text("reason", reason, 1000)
    held = locked(row)
    if base is not None and base != held.revision:
        raise ConflictError(
            f"The metadata of run {row.uid} is at revision {held.revision}, yours was made from {base}.",
            hint="Read it again, then change it.",
        )
    before = metadata_of(held)
    after = merged(before, changes)
    return _revised(actor, row, held, before, after, reason)


@transaction.atomic
def restore_metadata(*, actor: Actor, run_uid: str, number: int, reason: str) -> RunRevision:
    """Set the metadata of a run to what an earlier revision held (0: the start document), as a new revision.

    Audits ``run.metadata_revised``.

    Raises
    ------
    NotFoundError
        There is no such revision.
    """
    row = annotatable(actor, run_uid)
    reason = required_text("reason", reason, 1000)
    held = locked(row)
    if not 0 <= number <= held.revision:
        raise NotFoundError(f"Run {row.uid} has no revision {number}; there are 0 to {held.revision}.")
    return _revised(actor, row, held, metadata_of(held), metadata_of(held, number), reason)


def merged(value: Any, patch: Any) -> Any:
    """Give a value with a JSON merge patch applied (RFC 7396).

    Examples
    --------
    >>> merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": None}, "d": [4]})
    {'a': {'c': 2}, 'd': [4]}
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(value) if isinstance(value, Mapping) else {}
    for key, inner in patch.items():
        if inner is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), inner)
    return result


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of the top keys differs, None for those that are gone.

    Examples
    --------
    >>> difference({"a": 1, "b": 2}, {"b": 3, "c": 4})
    {'a': None, 'b': 3, 'c': 4}
    """
    gone = {key: None for key in before if key not in after}
    new = {key: value for key, value in after.items() if key not in before or not _same(before[key], value)}
    return gone | new


def _same(one: Any, other: Any) -> bool:
    return dumps(one) == dumps(other)


def _revised(
    actor: Actor, row: Run, held: Run, before: dict[str, Any], after: dict[str, Any], reason: str
) -> RunRevision:
    changes = difference(before, after)
    if not changes:
        raise ConflictError("Nothing would change.")
    _check(before, after)
    if held.revision >= MAX_REVISIONS:
        raise ConflictError(f"The run has {MAX_REVISIONS} revisions, the most it may have.")
    revision = RunRevision.objects.create(
        run=held,
        number=held.revision + 1,
        metadata=keep_order(to_storable(after)),
        changes=keep_order(to_storable(changes)),
        author=actor.username,
        reason=reason,
    )
    set_metadata(held, after, revision.number)
    told_before = {key: before[key] for key in changes if key in before}
    note_act(
        actor,
        "run.metadata_revised",
        row,
        before=to_storable(told_before),
        after=to_storable(changes),
        reason=reason,
    )
    return revision


def _check(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    fixed = [key for key in FIXED if key not in after or not _same(before[key], after[key])]
    if fixed:
        raise InvalidError(fields={"changes": [f"{' and '.join(fixed)} cannot be changed."]})
    try:
        validate("start", after)
        size = len(dumps(after))
    except (InvalidDocumentError, EncodingError) as error:
        raise InvalidError(fields={"changes": [str(error)[:1000]]}) from error
    if size > MAX_BYTES:
        raise InvalidError(
            fields={"changes": [f"The metadata would have {size} bytes, {MAX_BYTES} at most."]}
        )
