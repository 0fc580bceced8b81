"""Attachments: files that people add to a run, kept under the data folder by their uid."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from accounts.actor import Actor
from accounts.errors import InvalidError, TooLargeError
from catalog.models import RunAttachment
from catalog.selectors import attachment_path
from catalog.services.annotating import annotatable, note_act, one_of, require_author, require_room
from catalog.services.scanning import require_clean

MAX_ATTACHMENTS = 200
PLAIN_BYTES = "application/octet-stream"
HEAD = 4096
BEGINNINGS = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF[\s\S]{4}WEBP",
    "application/pdf": rb"%PDF-",
}
"""How files begin that browsers show (with plain text they are those of `catalog.api.attached_files`)."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}\Z")
_UNWANTED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\]+"
)


def attach(
    *, actor: Actor, run_uid: str, name: str, media_type: str, content: Iterable[bytes]
) -> RunAttachment:
    """Keep a file with a run; audits ``run.file_attached``.

    Parameters
    ----------
    name
        What the file is called; folders in it, control and direction marks are taken out.
    content
        Its bytes, in pieces.

    Raises
    ------
    TooLargeError
        It is larger than ``BEAMPORT_ATTACHMENT_MAX_BYTES``.
    InvalidError
        It is empty, or has no name.
    """
    row = annotatable(actor, run_uid)
    require_room(row.attachments.all(), MAX_ATTACHMENTS, "attachments")
    plain = plain_name(name)
    attachment = RunAttachment(
        uid=uuid4(), run=row, name=plain, media_type=media_type_of(media_type), author=actor.username
    )
    path = attachment_path(attachment)
    try:
        attachment.size, attachment.sha256 = written(path, content)
        attachment.media_type = agreed_media_type(attachment.media_type, path)
        with transaction.atomic():
            attachment.save(force_insert=True)
            named = {"attachment": str(attachment.uid), "name": plain, "size": attachment.size}
            note_act(actor, "run.file_attached", row, after=named | {"sha256": attachment.sha256})
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return attachment


@transaction.atomic
def detach(*, actor: Actor, run_uid: str, uid: str) -> None:
    """Remove an attachment of one's own, row and file; audits ``run.file_detached``."""
    row = annotatable(actor, run_uid)
    attachment = one_of(row.attachments.select_for_update(), uid, "attachment")
    require_author(actor, row, attachment.author, "attachment")
    attachment.delete()
    remove_after_commit(attachment)
    note_act(actor, "run.file_detached", row, before={"attachment": uid, "name": attachment.name})


def remove_after_commit(attachment: RunAttachment) -> None:
    """Delete the file of an attachment once its row is gone for good."""
    path = attachment_path(attachment)
    transaction.on_commit(lambda: _remove(path))


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def plain_name(name: str) -> str:
    """Give the name of a file without what has no place in one.

    Examples
    --------
    >>> plain_name("../../etc/passwd")
    'passwd'
    """
    last = _UNWANTED.split(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])
    plain = "".join(last).strip(" .")[:200]
    if not plain:
        raise InvalidError(fields={"name": ["Name the file, such as sample.png."]})
    return plain


def media_type_of(text: str) -> str:
    """Give the media type that a header names, the plainest one when it names none."""
    plain = text.split(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.match(plain) and len(plain) <= 100 else PLAIN_BYTES


def agreed_media_type(told: str, path: Path) -> str:
    """Give the media type that was told when the file's first bytes agree, else that of plain bytes.

    Only what browsers show is looked at: other types are sent as plain bytes in any case.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if told == "text/plain":
        return told if b"\0" not in head else PLAIN_BYTES
    beginning = BEGINNINGS.get(told)
    return told if beginning is None or re.match(beginning, head) else PLAIN_BYTES


def written(path: Path, content: Iterable[bytes]) -> tuple[int, str]:
    """Write a new file to disk for good, and have it scanned; give its size in bytes and its SHA-256."""
    most = settings.BEAMPORT_ATTACHMENT_MAX_BYTES
    size, digest = 0, hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        for piece in content:
            size += len(piece)
            if size > most:
                raise TooLargeError(
                    f"The file has more than {most} bytes, the most that is attached to a run.",
                    hint="Keep large data in files that documents refer to.",
                )
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if not size:
        raise InvalidError("The file is empty.")
    require_clean(path)
    return size, digest.hexdigest()
