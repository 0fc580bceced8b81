"""What people added to runs: metadata as it holds, revisions, tags, notes, attachments, links."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.access import Scope, scopes
from accounts.actor import Actor
from accounts.errors import NotFoundError
from catalog.documents.encoding import from_storable, loads
from catalog.models import Document, RetentionRule, Run, RunAttachment, RunLink, RunNote, RunRevision
from catalog.selectors.runs import run, visible_runs

_MOST = 1000


def metadata_of(row: Run, number: int | None = None) -> dict[str, Any]:
    """Give the metadata of a run as a revision held it (0: the start document), by default the newest."""
    number = row.revision if number is None else number
    found = RunRevision.objects.filter(run=row, number=number).first() if number else None
    if found is not None:
        return dict(from_storable(found.metadata))
    body = Document.objects.filter(run=row, ordinal=0).values_list("body", flat=True).get()
    return dict(loads(body))


def metadata(actor: Actor, uid: str, *, number: int | None = None) -> dict[str, Any]:
    """Give ``metadata`` and ``revision`` of a run.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or it has no such revision.
    """
    row = run(actor, uid)
    if number is not None and not 0 <= number <= row.revision:
        raise NotFoundError(f"Run {row.uid} has no revision {number}; there are 0 to {row.revision}.")
    held = row.revision if number is None else number
    return {"uid": row.uid, "revision": held, "newest": row.revision, "metadata": metadata_of(row, held)}


def revisions(actor: Actor, uid: str) -> list[dict[str, Any]]:
    """Give the revisions of a run's metadata, the oldest first: number, author, reason, moment, changes."""
    row = run(actor, uid)
    return [
        {
            "number": found.number,
            "author": found.author,
            "reason": found.reason,
            "created_at": found.created_at,
            "changes": from_storable(found.changes),
        }
        for found in RunRevision.objects.filter(run=row).order_by("number")[:_MOST]
    ]


def annotations_of(actor: Actor, uid: str) -> dict[str, Any]:
    """Give everything that was added to a run; of other runs only those that the actor sees."""
    row = run(actor, uid)
    return {
        "uid": row.uid,
        "revision": row.revision,
        "tags": [tag_facts(tag) for tag in row.tags.all()[:_MOST]],
        "notes": [note_facts(note) for note in row.notes.all()[:_MOST]],
        "attachments": [attachment_facts(found) for found in row.attachments.all()[:_MOST]],
        "links": links(actor, row),
    }


def links(actor: Actor, row: Run) -> list[dict[str, Any]]:
    """Give the links of a run, out and in, whose other run the actor sees."""
    outgoing = list(row.links.all()[:_MOST])
    incoming = list(RunLink.objects.filter(target=row.uid).select_related("run")[:_MOST])
    others = {link.target for link in outgoing} | {link.run.uid for link in incoming}
    seen = {found.uid: found for found in visible_runs(actor).filter(uid__in=others)}
    told = [("out", link, link.target) for link in outgoing] + [
        ("in", link, link.run.uid) for link in incoming
    ]
    return [link_facts(link, way, seen[other]) for way, link, other in told if other in seen]


def attachment(actor: Actor, uid: str, attachment_uid: str) -> RunAttachment:
    """Give an attachment of a run.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or it has no such attachment.
    """
    row = run(actor, uid)
    try:
        found = row.attachments.filter(uid=UUID(attachment_uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError(f"Run {row.uid} has no attachment {attachment_uid[:80]!r}.")
    return found


def attachment_path(row: RunAttachment) -> Path:
    """Give where the file of an attachment lies: named by its uid, never by a person."""
    name = str(row.uid)
    return Path(settings.BEAMPORT_ATTACHMENTS_DIR) / name[:2] / name


def retention_rules(actor: Actor) -> list[dict[str, Any]]:
    """Give the rules of retention of the places where the actor may delete runs."""
    rules = RetentionRule.objects.select_related("beamline", "proposal").order_by("id")[:_MOST]
    is_admin = Scope.ACCOUNT_ADMIN in scopes(actor)
    return [rule_facts(rule) for rule in rules if is_admin or _may_delete(actor, rule)]


def _may_delete(actor: Actor, rule: RetentionRule) -> bool:
    return rule.beamline is not None and Scope.RUN_DELETE in scopes(actor, beamline=rule.beamline.name)


def tag_facts(row: Any) -> dict[str, Any]:
    """Give what is told of a tag."""
    return {"name": row.name, "author": row.author, "created_at": row.created_at}


def note_facts(row: RunNote) -> dict[str, Any]:
    """Give what is told of a note."""
    edited = {"edited_at": row.edited_at, "edited_by": row.edited_by}
    return {"uid": row.uid, "text": row.text, "author": row.author, "created_at": row.created_at, **edited}


def attachment_facts(row: RunAttachment) -> dict[str, Any]:
    """Give what is told of an attachment."""
    names = ("uid", "name", "media_type", "size", "sha256", "author", "created_at")
    return {name: getattr(row, name) for name in names}


def link_facts(link: RunLink, way: str, other: Run) -> dict[str, Any]:
    """Give what is told of a link; ``direction`` is ``out`` from the run that was asked for, or ``in``."""
    return {
        "uid": link.uid,
        "direction": way,
        "relation": link.relation,
        "run": other.uid,
        "scan_id": other.scan_id,
        "plan_name": other.plan_name,
        "note": link.note,
        "author": link.author,
        "is_document": link.is_document,
        "created_at": link.created_at,
    }


def rule_facts(rule: RetentionRule) -> dict[str, Any]:
    """Give what is told of a rule of retention."""
    return {
        "uid": rule.uid,
        "beamline": rule.beamline.name if rule.beamline else None,
        "proposal": rule.proposal.number if rule.proposal else None,
        "days": rule.days,
        "with_assets": rule.with_assets,
        "note": rule.note,
        "author": rule.author,
        "created_at": rule.created_at,
    }
