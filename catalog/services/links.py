"""Links: how runs belong together. Those that a start document tells by ``derived_from`` come with it."""

from __future__ import annotations

import re

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from catalog.models import RunLink
from catalog.selectors import run as visible_run
from catalog.services.annotating import annotatable, note_act, one_of, require_author, require_room

MAX_LINKS = 1000
_RELATION = re.compile(r"[a-z][a-z_]{0,39}\Z")


@transaction.atomic
def add_link(*, actor: Actor, run_uid: str, target: str, relation: str, note: str = "") -> RunLink:
    """Say that a run belongs to another; audits ``run.linked``. A link that is there already stays as it is.

    Parameters
    ----------
    target
        The other run, which the actor must see; the first characters of its uid will do.
    relation
        A word such as ``derived_from``, ``reference``, ``calibration``, ``repeats``, ``same_sample``.

    Raises
    ------
    NotFoundError
        The actor sees no such run.
    """
    row = annotatable(actor, run_uid)
    other = visible_run(actor, target)
    if not _RELATION.match(relation):
        raise InvalidError(fields={"relation": ["Write a word of lower-case letters, such as reference."]})
    if other.pk == row.pk:
        raise InvalidError(fields={"target": ["This is the run itself."]})
    if len(note) > 1000:
        raise InvalidError(fields={"note": ["Write at most 1000 characters."]})
    require_room(row.links.all(), MAX_LINKS, "links")
    link, is_new = RunLink.objects.get_or_create(
        run=row, target=other.uid, relation=relation, defaults={"note": note, "author": actor.username}
    )
    if is_new:
        note_act(actor, "run.linked", row, after={"target": other.uid, "relation": relation, "note": note})
    return link


@transaction.atomic
def remove_link(*, actor: Actor, run_uid: str, uid: str) -> None:
    """Remove a link of one's own; audits ``run.unlinked``.

    Raises
    ------
    ConflictError
        The run's start document says so itself.
    """
    row = annotatable(actor, run_uid)
    link = one_of(row.links.select_for_update(), uid, "link")
    if link.is_document:
        raise ConflictError("The start document of the run says so; it cannot be taken away.")
    require_author(actor, row, link.author, "link")
    link.delete()
    note_act(actor, "run.unlinked", row, before={"target": link.target, "relation": link.relation})
