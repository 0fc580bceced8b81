"""What every annotation has in common: the run, the right, the bound, the audit entry."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts import audit
from accounts.access import Scope, require, scopes
from accounts.actor import Actor
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from catalog.models import Run
from catalog.selectors import run as visible_run

Row = TypeVar("Row", bound=Model)


def annotatable(actor: Actor, uid: str) -> Run:
    """Give a run that `actor` may annotate.

    Raises
    ------
    NotFoundError
        There is none that the actor may see.
    ForbiddenError
        The actor may read it and not annotate it.
    """
    row = visible_run(actor, uid)
    require_scope(actor, Scope.RUN_ANNOTATE, row)
    return row


def require_scope(actor: Actor, scope: Scope, row: Run) -> None:
    """Pass silently when `actor` has `scope` where a run belongs; raise ForbiddenError otherwise."""
    require(actor, scope, beamline=row.beamline.name, proposal_id=row.proposal_id)


def locked(row: Run) -> Run:
    """Hold a run until the end of the transaction, and give it as it is now."""
    found = Run.objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise NotFoundError(f"Run {row.uid} was deleted.")
    return found


def require_author(actor: Actor, row: Run, author: str, what: str) -> None:
    """Let only the author change a thing, and whoever may delete runs here."""
    if author == actor.username and actor.username:
        return
    if Scope.RUN_DELETE not in scopes(actor, beamline=row.beamline.name, proposal_id=row.proposal_id):
        raise ForbiddenError(
            f"This {what} is by {author or 'the engine'}; who wrote it may change it,"
            f" and staff of {row.beamline.name}."
        )


def require_room(rows: QuerySet[Any], most: int, what: str) -> None:
    """Keep a run from growing without end."""
    if rows.count() >= most:
        raise ConflictError(f"The run has {most} {what}, the most it may have.", hint="Remove some first.")


def one_of(rows: QuerySet[Row], uid: str, what: str) -> Row:
    """Give the row with a uid.

    Raises
    ------
    NotFoundError
        There is none of this run.
    """
    try:
        found = rows.filter(uid=UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError(f"The run has no {what} {uid[:80]!r}.")
    return found


def required_text(field: str, text: str, most: int) -> str:
    """Give text without blanks around it; it may not be empty or longer than `most` characters."""
    stripped = text.strip()
    if not stripped or len(stripped) > most:
        raise InvalidError(fields={field: [f"Write 1 to {most} characters."]})
    return stripped


def note_act(
    actor: Actor, action: str, row: Run, *, before: Any = None, after: Any = None, reason: str = ""
) -> None:
    """Write the audit entry of an act on a run; the last thing in its transaction."""
    audit.record(
        actor=actor,
        action=action,
        object_kind="run",
        object_id=row.uid,
        beamline=row.beamline.name,
        proposal=row.proposal.number if row.proposal else "",
        before=before,
        after=after,
        reason=reason,
    )
