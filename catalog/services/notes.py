"""Notes: text about a run, as Markdown, kept as it was typed; whoever shows it makes it safe."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from catalog.models import RunNote
from catalog.services.annotating import (
    annotatable,
    note_act,
    one_of,
    require_author,
    require_room,
    required_text,
)

MAX_NOTES = 1000
MAX_CHARACTERS = 50_000


@transaction.atomic
def add_note(*, actor: Actor, run_uid: str, text: str) -> RunNote:
    """Write a note on a run; audits ``run.noted``."""
    row = annotatable(actor, run_uid)
    text = required_text("text", text, MAX_CHARACTERS)
    require_room(row.notes.all(), MAX_NOTES, "notes")
    note = RunNote.objects.create(run=row, text=text, author=actor.username)
    note_act(actor, "run.noted", row, after={"note": str(note.uid), "text": text})
    return note


@transaction.atomic
def edit_note(*, actor: Actor, run_uid: str, uid: str, text: str) -> RunNote:
    """Change a note of one's own; audits ``run.note_edited`` with the text before.

    Raises
    ------
    ForbiddenError
        The note is another's, and the actor is no staff of the beamline.
    """
    row = annotatable(actor, run_uid)
    note = one_of(row.notes.select_for_update(), uid, "note")
    require_author(actor, row, note.author, "note")
    before = note.text
    note.text = required_text("text", text, MAX_CHARACTERS)
    note.edited_at, note.edited_by = timezone.now(), actor.username
    note.save(update_fields=["text", "edited_at", "edited_by"])
    named = {"note": str(note.uid)}
    note_act(
        actor, "run.note_edited", row, before=named | {"text": before}, after=named | {"text": note.text}
    )
    return note


@transaction.atomic
def remove_note(*, actor: Actor, run_uid: str, uid: str) -> None:
    """Remove a note of one's own; audits ``run.note_removed`` with its text."""
    row = annotatable(actor, run_uid)
    note = one_of(row.notes.select_for_update(), uid, "note")
    require_author(actor, row, note.author, "note")
    note.delete()
    note_act(actor, "run.note_removed", row, before={"note": uid, "text": note.text, "author": note.author})
