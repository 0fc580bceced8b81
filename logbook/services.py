"""Everything that is written into the logbook; each act is audited."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import audit
from accounts.access import Scope, require, scopes
from accounts.actor import Actor
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.selectors import actor_for_username, place_and_proposal
from acquisition.queue.doorbell import ring_on_commit
from catalog import selectors as catalog
from catalog.services.attachments import agreed_media_type, media_type_of, plain_name, written
from logbook.mentions import mentioned
from logbook.models import Entry, EntryAttachment, EntryKind
from logbook.selectors import attachment_path, entry
from notices.models import NoticeKind
from notices.services import tell

LONGEST: Final = 20_000
MOST_FILES: Final = 20


@transaction.atomic
def write(
    *, actor: Actor, beamline: str, proposal: str, text: str, kind: str = EntryKind.ENTRY, run: str = ""
) -> Entry:
    """Write an entry; whoever it names with @ and may read it is told. Audits ``log.written``.

    Raises
    ------
    InvalidError
        The text is empty or too long.
    NotFoundError
        There is no such place or run that the actor may see.
    """
    place, tenant = place_and_proposal(actor, Scope.RUN_ANNOTATE, beamline=beamline, proposal=proposal)
    row = Entry(
        beamline=place,
        proposal=tenant,
        author=actor.username,
        kind=kind,
        text=_text(text),
        run_uid=catalog.run(actor, run).uid if run else "",
    )
    row.mentions = _tell_the_named(row, before=())
    row.save(force_insert=True)
    _record(actor, "written", row, after={"kind": row.kind, "characters": len(row.text)})
    return entry(actor, beamline, str(row.uid))


@transaction.atomic
def change(*, actor: Actor, beamline: str, uid: str, text: str) -> Entry:
    """Change the text of an entry of one's own. Audits ``log.changed`` with the text before."""
    row = _own(actor, beamline, uid)
    before, row.text = row.text, _text(text)
    row.mentions = _tell_the_named(row, before=row.mentions)
    row.edited_at = timezone.now()
    row.changed_at = row.edited_at
    row.save(update_fields=["text", "mentions", "edited_at", "changed_at"])
    _record(actor, "changed", row, before={"text": before}, after={"text": row.text})
    return row


@transaction.atomic
def withdraw(*, actor: Actor, beamline: str, uid: str) -> None:
    """Take an entry out of the log: its author, or beamline staff. Audits ``log.withdrawn`` with its text."""
    row = _own(actor, beamline, uid, or_staff=True)
    row.withdrawn_at = timezone.now()
    row.changed_at = row.withdrawn_at
    row.save(update_fields=["withdrawn_at", "changed_at"])
    _record(actor, "withdrawn", row, before={"author": row.author, "text": row.text})


def attach(
    *, actor: Actor, beamline: str, uid: str, name: str, media_type: str, content: Iterable[bytes]
) -> EntryAttachment:
    """Keep a file with an entry of one's own. Audits ``log.file_attached``.

    Raises
    ------
    TooLargeError
        It is larger than ``BEAMPORT_ATTACHMENT_MAX_BYTES``.
    ConflictError
        The entry has as many files as one may have.
    """
    row = _own(actor, beamline, uid)
    if row.attachments.count() >= MOST_FILES:
        raise ConflictError(f"An entry has at most {MOST_FILES} files.", hint="Write another entry.")
    file = EntryAttachment(
        uid=uuid4(), entry=row, name=plain_name(name), media_type=media_type_of(media_type)
    )
    path = attachment_path(file)
    try:
        file.size, file.sha256 = written(path, content)
        file.media_type = agreed_media_type(file.media_type, path)
        with transaction.atomic():
            file.save(force_insert=True)
            Entry.objects.filter(pk=row.pk).update(changed_at=Now())
            _record(actor, "file_attached", row, after={"name": file.name, "sha256": file.sha256})
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return file


def _own(actor: Actor, beamline: str, uid: str, *, or_staff: bool = False) -> Entry:
    row = entry(actor, beamline, uid)
    require(actor, Scope.RUN_ANNOTATE, beamline=beamline, proposal_id=row.proposal_id)
    if row.author == actor.username:
        return row
    if or_staff and Scope.CONTROL_FORCE in scopes(actor, beamline=beamline):
        return row
    raise ForbiddenError(
        f"This entry is by {row.author}.", hint="Write one of your own, or ask beamline staff."
    )


def _text(text: str) -> str:
    plain = text.strip()
    if not plain or len(plain) > LONGEST:
        raise InvalidError(fields={"text": [f"Write 1 to {LONGEST} characters; these are {len(plain)}."]})
    return plain


def _tell_the_named(row: Entry, *, before: Iterable[str]) -> list[str]:
    """Tell those whom the text names and who may read it; give all who were told so far."""
    told = list(before)
    fresh = [name for name in mentioned(row.text) if name not in (*told, row.author) and _may_read(name, row)]
    tell(
        fresh,
        NoticeKind.MENTION,
        title=f"{row.author} names you in the log of {row.proposal.number}",
        text=row.text[:500],
        link=f"/log?proposal={row.proposal.number}",
        beamline=row.beamline.name,
    )
    return told + fresh


def _may_read(name: str, row: Entry) -> bool:
    try:
        person = actor_for_username(name)
    except NotFoundError:
        return False
    return Scope.RUN_READ in scopes(person, beamline=row.beamline.name, proposal_id=row.proposal_id)


def _record(actor: Actor, verb: str, row: Entry, *, before: Any = None, after: Any = None) -> None:
    place = row.beamline.name
    ring_on_commit(f"log:{place}", lambda: {"changed": True})
    audit.record(
        actor=actor,
        action=f"log.{verb}",
        object_kind="log_entry",
        object_id=row.uid,
        beamline=place,
        proposal=row.proposal.number,
        before=before,
        after=after,
    )
