"""Tags: short names to find runs by."""

from __future__ import annotations

import re

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from catalog.models import RunTag
from catalog.services.annotating import annotatable, locked, note_act, require_room

MAX_TAGS = 100
_NAME = re.compile(r"[^\W_][\w .:+-]{0,63}\Z")


@transaction.atomic
def add_tag(*, actor: Actor, run_uid: str, name: str) -> RunTag:
    """Put a tag on a run; audits ``run.tagged``. A tag that is there already stays as it is.

    Raises
    ------
    InvalidError
        The name is not 1 to 64 letters, digits, blanks and ``_ . : + -``, beginning with a letter or digit.
    """
    row = annotatable(actor, run_uid)
    name = name.strip()
    if not _NAME.match(name):
        raise InvalidError(
            fields={"name": ["Write 1 to 64 letters, digits, blanks and _ . : + -, a letter or digit first."]}
        )
    locked(row)
    found = row.tags.filter(name=name).first()
    if found is not None:
        return found
    require_room(row.tags.all(), MAX_TAGS, "tags")
    tag = RunTag.objects.create(run=row, name=name, author=actor.username)
    note_act(actor, "run.tagged", row, after={"tag": name})
    return tag


@transaction.atomic
def remove_tag(*, actor: Actor, run_uid: str, name: str) -> None:
    """Take a tag off a run; audits ``run.untagged``.

    Raises
    ------
    NotFoundError
        The run has no such tag.
    """
    row = annotatable(actor, run_uid)
    removed, _ = row.tags.filter(name=name).delete()
    if not removed:
        raise NotFoundError(f"Run {row.uid} has no tag {name[:80]!r}.")
    note_act(actor, "run.untagged", row, before={"tag": name})
