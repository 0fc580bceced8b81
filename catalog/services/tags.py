"""Tags: short names to find runs by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction

from accounts.access import Scope
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError, NotFoundError
from catalog.models import Run, RunTag
from catalog.selectors import visible_runs
from catalog.services.annotating import annotatable, locked, note_act, require_room, require_scope

MAX_TAGS = 100
MAX_RUNS = 500
"""Runs whose tags are changed at once."""

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
    name = _checked("name", name)
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


@transaction.atomic
def change_tags(
    *, actor: Actor, runs: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()
) -> dict[str, list[str]]:
    """Put tags on some runs and take others off, of all of them or of none; give the tags each has then.

    Audits ``run.tagged`` and ``run.untagged`` for each run that changes. A tag that is there already, or that
    is to go and is not there, is no fault.

    Parameters
    ----------
    runs
        Whole uids, `MAX_RUNS` at most.

    Raises
    ------
    NotFoundError
        One of the runs is none that the actor may see; all of those are named.
    ForbiddenError
        The actor may read one of them and not annotate it.
    ConflictError
        A run would have more than `MAX_TAGS` tags.
    """
    added = {_checked("add", name) for name in add}
    removed = {name.strip() for name in remove}
    _require_sense(runs, added, removed)
    rows = _annotatable_runs(actor, runs)
    had: dict[int, set[str]] = {row.pk: set() for row in rows}
    for pk, name in RunTag.objects.filter(run__in=had).values_list("run_id", "name"):
        had[pk].add(name)
    crowded = [row.uid for row in rows if len((had[row.pk] | added) - removed) > MAX_TAGS]
    if crowded:
        raise ConflictError(f"{MAX_TAGS} tags are the most a run may have.", fields={"runs": crowded})
    RunTag.objects.filter(run__in=had, name__in=removed).delete()
    RunTag.objects.bulk_create(
        RunTag(run=row, name=name, author=actor.username)
        for row in rows
        for name in sorted(added - had[row.pk])
    )
    for row in rows:
        if gone := sorted(removed & had[row.pk]):
            note_act(actor, "run.untagged", row, before={"tags": gone})
        if new := sorted(added - had[row.pk]):
            note_act(actor, "run.tagged", row, after={"tags": new})
    return {row.uid: sorted((had[row.pk] - removed) | added) for row in rows}


def _require_sense(runs: Sequence[str], added: set[str], removed: set[str]) -> None:
    faults = {}
    if not 0 < len(runs) <= MAX_RUNS:
        faults["runs"] = [f"{len(runs)} runs; name 1 to {MAX_RUNS}."]
    if not added and not removed:
        faults["add"] = ["Name a tag to add or to remove."]
    if both := added & removed:
        faults["remove"] = [f"{name!r} is also to be added." for name in sorted(both)]
    if faults:
        raise InvalidError(fields=faults)


def _annotatable_runs(actor: Actor, uids: Sequence[str]) -> list[Run]:
    """Give the runs of uids, held until the end of the transaction, always in the same order."""
    found = visible_runs(actor).filter(uid__in=uids).order_by("pk").select_for_update(of=("self",))
    rows = list(found)
    missing = sorted(set(uids) - {row.uid for row in rows})
    if missing:
        detail = "Some of these runs are none that you can see; nothing was changed."
        raise NotFoundError(detail, fields={"runs": [uid[:80] for uid in missing]})
    for place in {(row.beamline.name, row.proposal_id): row for row in rows}.values():
        require_scope(actor, Scope.RUN_ANNOTATE, place)
    return rows


def _checked(field: str, name: str) -> str:
    stripped = name.strip()
    if not _NAME.match(stripped):
        advice = "Write 1 to 64 letters, digits, blanks and _ . : + -, a letter or digit first."
        raise InvalidError(fields={field: [advice]})
    return stripped
