"""What may be read of the logbook: entries of people and, between them, the runs of the catalogue."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet

from accounts.access import Scope, require, visible
from accounts.actor import Actor
from accounts.errors import NotFoundError
from accounts.selectors import beamline_named
from acquisition.queue.selectors.writing import as_uuid
from catalog import selectors as catalog
from logbook.models import Entry, EntryAttachment

LONGEST_PAGE: Final = 200


def entries(actor: Actor, beamline: str) -> QuerySet[Entry]:
    """Give the entries at a beamline that stand and that the actor may read: those of one's proposals."""
    place = beamline_named(actor, beamline)
    rows = Entry.objects.filter(beamline=place, withdrawn_at__isnull=True)
    return visible(actor, rows, scope=Scope.RUN_READ).select_related("proposal", "beamline")


def entry(actor: Actor, beamline: str, uid: str) -> Entry:
    """Give one entry; NotFoundError when there is none that the actor may read."""
    key = as_uuid(uid)
    found = entries(actor, beamline).filter(uid=key).first() if key else None
    if found is None:
        raise NotFoundError(f"There is no log entry {uid!r} that you can see.")
    return found


def log(
    actor: Actor,
    beamline: str,
    *,
    proposal: str = "",
    kind: str = "",
    q: str = "",
    before: float | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Give lines of the log, newest first: ``{"results", "next"}``.

    Parameters
    ----------
    kind
        ``"entry"``, ``"chat"`` or ``"run"``; empty for all.
    q
        Words that an entry holds; runs are left out then.
    before
        POSIX seconds: only lines older than that, as ``next`` of the page before says.
    limit
        Lines a page.

    A line has ``kind``, ``at`` in POSIX seconds and, as its kind is, ``entry`` or ``run``.
    """
    count = max(1, min(limit, LONGEST_PAGE))
    lines = [] if kind == "run" else _entry_lines(actor, beamline, proposal, kind, q, before, count)
    if kind in ("", "run") and not q:
        lines += _run_lines(actor, beamline, proposal, before, count)
    lines.sort(key=lambda line: line["at"], reverse=True)
    page = _whole(lines, count)
    return {"results": page, "next": page[-1]["at"] if len(page) < len(lines) else None}


def _whole(lines: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Give the first lines; those of one moment are not parted, since the next page begins behind it."""
    end = count
    while end < len(lines) and lines[end]["at"] == lines[end - 1]["at"]:
        end += 1
    return lines[:end]


def _entry_lines(
    actor: Actor, beamline: str, proposal: str, kind: str, q: str, before: float | None, count: int
) -> list[dict[str, Any]]:
    rows = entries(actor, beamline).prefetch_related("attachments")
    if proposal:
        rows = rows.filter(proposal__number=proposal)
    if kind:
        rows = rows.filter(kind=kind)
    for word in q.split()[:10]:
        rows = rows.filter(text__icontains=word)
    if before is not None:
        rows = rows.filter(created_at__lt=datetime.fromtimestamp(before, UTC))
    found = rows.order_by("-created_at", "-id")[: count + 1]
    return [{"kind": row.kind, "at": row.created_at.timestamp(), "entry": entry_dict(row)} for row in found]


def _run_lines(
    actor: Actor, beamline: str, proposal: str, before: float | None, count: int
) -> list[dict[str, Any]]:
    rows = catalog.visible_runs(actor).filter(beamline__name=beamline)
    if proposal:
        rows = rows.filter(proposal__number=proposal)
    if before is not None:
        rows = rows.filter(time__lt=before)
    found = rows.order_by("-time", "-id")[: count + 1]
    return [{"kind": "run", "at": row.time, "run": catalog.run_summary(row)} for row in found]


def entry_dict(row: Entry) -> dict[str, Any]:
    """Give one entry as JSON."""
    return {
        "uid": str(row.uid),
        "kind": row.kind,
        "beamline": row.beamline.name,
        "proposal": row.proposal.number,
        "author": row.author,
        "text": row.text,
        "run": row.run_uid or None,
        "mentions": row.mentions,
        "created_at": row.created_at.isoformat(),
        "edited_at": row.edited_at.isoformat() if row.edited_at else None,
        "attachments": [attachment_dict(one) for one in row.attachments.all()],
    }


def attachment_dict(row: EntryAttachment) -> dict[str, Any]:
    """Give what is known of a file with an entry."""
    return {"uid": str(row.uid), "name": row.name, "media_type": row.media_type, "size": row.size}


def attachment(actor: Actor, beamline: str, uid: str, file: str) -> EntryAttachment:
    """Give a file of an entry that the actor may read."""
    key = as_uuid(file)
    found = entry(actor, beamline, uid).attachments.filter(uid=key).first() if key else None
    if found is None:
        raise NotFoundError(f"There is no file {file!r} with this entry.")
    return found


def attachment_path(row: EntryAttachment) -> Path:
    """Give where the file lies: named by its uid, never by a person."""
    name = str(row.uid)
    return Path(settings.BEAMPORT_ATTACHMENTS_DIR) / "log" / name[:2] / name


def newest_change(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give what changes when the log does: the moment of its last change and its newest run, open or not."""
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    rows = Entry.objects.filter(beamline__name=beamline).order_by("-changed_at")
    changed = rows.values_list("changed_at", flat=True).first()
    runs = catalog.visible_runs(actor).filter(beamline__name=beamline).order_by("-time", "-id")
    newest = runs.values_list("pk", "exit_status").first()
    return {"changed_at": changed.timestamp() if changed else None, "run": list(newest or ())}
