"""Which proposal an item is for: the queue server's clients do not say, so it follows from who asks."""

from collections.abc import Iterable

from django.utils import timezone

from accounts import selectors
from accounts.access import Scope, scopes
from accounts.actor import Actor
from accounts.errors import InvalidError

TOLD = 10


def proposal_for(actor: Actor, beamline: str, named: Iterable[str]) -> str:
    """Give the number of the proposal that items are queued for.

    The one that the items name (``meta={"proposal": "..."}``), else the one that the key is bound to, else
    the only one for which the actor may queue at the beamline now.

    Raises
    ------
    InvalidError
        The items name several, or nothing says which.
    """
    wanted = sorted(set(named))
    if len(wanted) > 1:
        raise InvalidError(f"The items of one request are for one proposal; these name {', '.join(wanted)}.")
    if wanted and wanted[0]:
        return wanted[0]
    open_ones = _open_to(actor, beamline)
    if len(open_ones) == 1:
        return open_ones[0]
    if not open_ones:
        raise InvalidError(f"You have no proposal with time at {beamline} now, for which you may queue.")
    told = ", ".join(open_ones[:TOLD]) + (", ..." if len(open_ones) > TOLD else "")
    raise InvalidError(
        f"You may queue for {len(open_ones)} proposals at {beamline} ({told}): name one in the item's "
        'metadata, meta={"proposal": "..."}, or use an API key that is bound to one.'
    )


def _open_to(actor: Actor, beamline: str) -> list[str]:
    now = timezone.now()
    rows = selectors.proposals(actor, beamline=beamline).order_by("number")
    if actor.key_proposal_id is not None:
        return [row.number for row in rows]
    current = [row for row in rows if row.is_running_at(now)]
    return [
        row.number
        for row in current
        if Scope.QUEUE_WRITE in scopes(actor, beamline=beamline, proposal_id=row.pk)
    ]
