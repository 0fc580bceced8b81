"""Export jobs, each seen by who asked for it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from accounts.errors import NotFoundError
from catalog.jobs.states import JobState
from catalog.models import ExportJob

_SALT = "catalog.export-job"
MAX_LISTED = 200


def jobs(actor: Actor) -> list[dict[str, Any]]:
    """Give the export jobs of an actor, newest first, 200 at most."""
    require_in_key(actor, Scope.RUN_EXPORT)
    rows = ExportJob.objects.filter(owner_id=actor.account_pk)
    return [summary(row) for row in rows.order_by("-created_at")[:MAX_LISTED]]


def job(actor: Actor, uid: str) -> ExportJob:
    """Give one export job.

    Raises
    ------
    NotFoundError
        The actor has none of this uid.
    """
    require_in_key(actor, Scope.RUN_EXPORT)
    row = ExportJob.objects.filter(owner_id=actor.account_pk, uid=_uid(uid)).first()
    if row is None:
        raise NotFoundError("There is no such export of yours.")
    return row


def linked_job(token: str) -> ExportJob:
    """Give the export job that a signed link names, while it may be fetched.

    Raises
    ------
    NotFoundError
        The link is not one of ours, or its time is over.
    """
    try:
        uid = signing.loads(token[:400], salt=_SALT)
    except signing.BadSignature:
        uid = ""
    row = ExportJob.objects.filter(uid=_uid(str(uid)), state=JobState.DONE).first()
    if row is None or row.expires_at is None or row.expires_at <= timezone.now():
        raise NotFoundError("This link has ended: ask for the export again.")
    return row


def link_of(row: ExportJob) -> str:
    """Give the token of the link under which a result can be fetched until it expires."""
    return signing.dumps(str(row.uid), salt=_SALT) if row.state == JobState.DONE else ""


def result_path(row: ExportJob) -> Path:
    """Give where the file of a job is, or will be."""
    return Path(settings.BEAMPORT_EXPORTS_DIR) / f"{row.uid}"


def summary(row: ExportJob) -> dict[str, Any]:
    """Give what a list shows of a job."""
    token = link_of(row)
    return {
        "uid": str(row.uid),
        "state": row.state,
        "format": row.format,
        "options": row.options,
        "runs": row.runs,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "expires_at": row.expires_at,
        "rows": row.rows,
        "num_rows": row.num_rows,
        "runs_done": row.runs_done,
        "bytes": row.bytes,
        "sha256": row.sha256,
        "file_name": row.file_name,
        "problem": row.problem,
        "left_out": row.left_out,
        "link": f"/api/v1/exports/files/{token}" if token else "",
    }


def _uid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
