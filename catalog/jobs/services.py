"""What writes export jobs for who asks: order, cancel, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import InvalidError, TooManyError
from catalog import selectors as runs_read
from catalog.export import exporter
from catalog.export.options import checked_options
from catalog.jobs import selectors
from catalog.jobs.doorbell import call_exporter
from catalog.jobs.requester import kept
from catalog.jobs.states import UNDER_WAY, JobState, after
from catalog.models import ExportJob
from catalog.search.whole import uids_found

MOST_RUNS = 1000
"""Most runs of one export."""

MOST_UNDER_WAY = 20
"""Most exports that one person may have waiting and running."""


def order_export(
    *, actor: Actor, runs: Sequence[str], query: str = "", format: str, options: Mapping[str, Any]
) -> ExportJob:
    """Order an export of runs, named by uid or found by a search line.

    Writes the job and one audit entry ``export.ordered``; the worker is called after the commit.

    Raises
    ------
    UnknownFormatError, OptionsError
        There is no such format, or it has no such options.
    NotFoundError, ForbiddenError
        One of the named runs is not the actor's to see, or to take away.
    InvalidError
        No run, or more than 1000.
    TooManyError
        The actor has 20 exports waiting or running.
    """
    chosen = exporter(format)
    filled = checked_options(chosen, options)
    uids = exportable_uids(actor, runs, query)
    with transaction.atomic():
        if ExportJob.objects.filter(owner_id=actor.account_pk, state__in=UNDER_WAY).count() >= MOST_UNDER_WAY:
            raise TooManyError(f"You have {MOST_UNDER_WAY} exports under way.", hint="Cancel some, or wait.")
        row = ExportJob.objects.create(
            owner_id=actor.account_pk, requester=kept(actor), format=format, options=filled, runs=uids
        )
        transaction.on_commit(call_exporter, robust=True)
        _record(actor, "export.ordered", row, after={"format": format, "runs": uids[:20], "of": len(uids)})
    return row


def exportable_uids(actor: Actor, runs: Sequence[str], query: str = "") -> list[str]:
    """Give the whole uids of runs that an actor may take away, each once; see `order_export`."""
    found = [runs_read.exportable_run(actor, uid).uid for uid in list(runs)[: MOST_RUNS + 1]]
    if query:
        found += _matching(actor, query)
    uids = list(dict.fromkeys(found))
    if not uids:
        raise InvalidError("There is no run to export.", fields={"runs": ["Name runs, or give a query."]})
    if len(uids) > MOST_RUNS:
        raise InvalidError(f"These are more than {MOST_RUNS} runs.", hint="Narrow the query.")
    return uids


def cancel_export(*, actor: Actor, uid: str) -> ExportJob:
    """Cancel an export that waits or runs; writes one audit entry ``export.cancelled``."""
    with transaction.atomic():
        row = _locked(actor, uid)
        row.state = after(row.state, "cancel")
        row.finished_at = timezone.now()
        row.save(update_fields=["state", "finished_at"])
        _record(actor, "export.cancelled", row)
    return row


def delete_export(*, actor: Actor, uid: str) -> None:
    """Delete an export and its file; writes one audit entry ``export.deleted``."""
    with transaction.atomic():
        row = _locked(actor, uid)
        path = selectors.result_path(row)
        _record(actor, "export.deleted", row)
        row.delete()
        transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


def note_download(*, actor: Actor, row: ExportJob) -> None:
    """Write the audit entry ``export.fetched``."""
    with transaction.atomic():
        _record(actor, "export.fetched", row)


def _matching(actor: Actor, query: str) -> list[str]:
    """Give the runs that a search line finds and that the actor may take away."""
    found = islice(uids_found(actor, query), MOST_RUNS + 1)
    return [runs_read.exportable_run(actor, uid).uid for uid in found]


def _locked(actor: Actor, uid: str) -> ExportJob:
    seen = selectors.job(actor, uid)
    return ExportJob.objects.select_for_update().get(pk=seen.pk)


def _record(actor: Actor, action: str, row: ExportJob, after: Any = None) -> None:
    audit.record(actor=actor, action=action, object_kind="export", object_id=row.uid, after=after)


__all__ = ["JobState", "cancel_export", "delete_export", "exportable_uids", "note_download", "order_export"]
