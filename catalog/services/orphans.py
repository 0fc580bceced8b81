"""Runs whose engine is gone."""

from __future__ import annotations

import time

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, ForbiddenError, NotFoundError
from catalog.documents.compose import stop_document
from catalog.ingest import Origin, Record, StoreResult, store
from catalog.models import Run


def close_orphan(*, actor: Actor, run_uid: str, reason: str) -> StoreResult:
    """End a run whose engine is gone: store a stop document with ``exit_status`` fail at the next ordinal.

    Writes the stop document and one audit entry ``run.closed_as_orphan``.

    Raises
    ------
    NotFoundError
        There is no such run.
    ForbiddenError
        The actor is neither the worker of the run's beamline nor the installation itself.
    ConflictError
        The run has its stop document already.
    """
    with transaction.atomic():
        run = _locked(run_uid)
        _require_worker(actor, run.beamline.name)
        if not run.is_open:
            raise ConflictError(f"Run {run_uid} was ended with {run.exit_status!r} already.")
        stop = stop_document(
            run.uid, "fail", reason, num_events=run.num_events, time=max(time.time(), run.time)
        )
        number = run.proposal.number if run.proposal else None
        origin = Origin(run.beamline.name, number, run.username, run.item_uid or None)
        result = store(
            actor=actor, origin=origin, records=[Record(run.uid, run.last_ordinal + 1, "stop", dict(stop))]
        )
        audit.record(
            actor=actor,
            action="run.closed_as_orphan",
            object_kind="run",
            object_id=run.uid,
            beamline=run.beamline.name,
            proposal=number or "",
            reason=reason,
        )
    return result


def _locked(run_uid: str) -> Run:
    rows = Run.objects.select_for_update(of=("self",)).select_related("beamline", "proposal")
    run = rows.filter(uid=run_uid).order_by(F("id")).first()
    if run is None:
        raise NotFoundError(f"There is no run {run_uid!r}.")
    return run


def _require_worker(actor: Actor, beamline: str) -> None:
    if actor.kind not in ("worker", "system"):
        raise ForbiddenError(f"{actor.username or 'Nobody'} may not end runs: only the worker does.")
    require(actor, Scope.QUEUE_WRITE, beamline=beamline)
