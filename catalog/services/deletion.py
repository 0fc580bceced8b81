"""Runs that are deleted: everything of them in one transaction, with one audit entry."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from catalog.models import (
    Document,
    EventColumn,
    EventPage,
    Quarantine,
    Run,
    RunAttachment,
    RunLink,
    RunNote,
    RunRevision,
    RunTag,
)
from catalog.selectors import run as visible_run
from catalog.services.annotating import locked, note_act, required_text
from catalog.services.asset_files import files_of
from catalog.services.attachments import remove_after_commit

logger = logging.getLogger(__name__)

_OF_RUN: tuple[Callable[[Run], QuerySet[Any]], ...] = (
    lambda run: EventColumn.objects.filter(page__run=run),
    lambda run: EventPage.objects.filter(run=run),
    lambda run: Document.objects.filter(run=run),
    lambda run: RunTag.objects.filter(run=run),
    lambda run: RunNote.objects.filter(run=run),
    lambda run: RunLink.objects.filter(run=run),
    lambda run: RunRevision.objects.filter(run=run),
    lambda run: RunAttachment.objects.filter(run=run),
    lambda run: Quarantine.objects.filter(run_uid=run.uid, beamline=run.beamline_id),
)


@transaction.atomic
def delete_run(*, actor: Actor, run_uid: str, reason: str, with_assets: bool = False) -> dict[str, Any]:
    """Delete a run for good, with its documents, events and annotations; audits ``run.deleted``.

    Parameters
    ----------
    with_assets
        Also delete the files that its documents name, where they lie below the allowed folders and no other
        run names them.

    Returns
    -------
    dict
        ``uid``, ``documents``, ``events`` and ``files`` (names of files to be deleted after the commit).

    Raises
    ------
    ForbiddenError
        The actor may see the run and not delete it: staff of its beamline may.
    InvalidError
        It is not the whole uid: a slip of a few characters must not cost another run.
    ConflictError
        The run is still open.
    """
    row = visible_run(actor, run_uid)
    require(actor, Scope.RUN_DELETE, beamline=row.beamline.name, proposal_id=row.proposal_id)
    if run_uid != row.uid:
        raise InvalidError(
            f"{run_uid!r} is only the beginning of a uid: nothing was deleted.",
            hint=f"Give the whole uid to delete the run: {row.uid}.",
        )
    reason = required_text("reason", reason, 1000)
    if locked(row).is_open:
        raise ConflictError(f"Run {row.uid} is not ended.", hint="Stop it first, or close it as an orphan.")
    files = files_of(row) if with_assets else []
    told = {
        "uid": row.uid,
        "documents": Document.objects.filter(run=row).count(),
        "events": sum(EventPage.objects.filter(run=row).values_list("size", flat=True)),
        "files": [path.name for path in files],
    }
    for attachment in RunAttachment.objects.filter(run=row):
        remove_after_commit(attachment)
    for rows in _OF_RUN:
        found = rows(row)
        found._raw_delete(found.db)
    Run.objects.filter(pk=row.pk)._raw_delete(found.db)
    transaction.on_commit(lambda: _remove(files))
    facts = {"scan_id": row.scan_id, "plan_name": row.plan_name, "time": row.time}
    note_act(actor, "run.deleted", row, before=told | facts, reason=reason)
    return told


def _remove(files: list[Path]) -> None:
    for path in files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s of a deleted run stays: %s", path.name, error)
