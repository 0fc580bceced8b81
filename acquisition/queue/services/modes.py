"""Whether and how the queue goes on: start, hold, stop after this item, loop, ignore failures."""

from collections.abc import Callable

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.selectors import beamline_named
from acquisition.queue.change import changing, hold, let_run
from acquisition.queue.control import check_control
from acquisition.queue.due import is_anything_queued
from acquisition.queue.models import BeamlineQueue, QueueItem
from acquisition.queue.services.auditing import audit_queue, modes_of
from acquisition.queue.states import ItemState

#: What can be switched by `set_modes`.
MODES = ("loops", "ignores_failures", "holds_when_empty")


def start_queue(*, actor: Actor, beamline: str, until_empty: bool | None = None) -> None:
    """Let the queue run; after a lost worker this is the person's word to go on. Audits ``queue.start``.

    Parameters
    ----------
    until_empty
        Hold again when nothing is left (True), or start whatever comes in (False); None leaves it.
    """

    def start(queue: BeamlineQueue) -> None:
        if until_empty is not None:
            queue.holds_when_empty = until_empty
        queue.stop_after_item = False
        if queue.holds_when_empty and not is_anything_queued(queue.beamline_id):
            return
        let_run(queue)

    _change(actor, beamline, "queue.start", start)


def hold_queue(*, actor: Actor, beamline: str, reason: str = "") -> None:
    """Start no further item; the running one goes on. Audits ``queue.hold``."""
    told = reason or f"held by {actor.username}"
    _change(actor, beamline, "queue.hold", lambda queue: hold(queue, told), reason=reason)


def stop_after_item(*, actor: Actor, beamline: str) -> None:
    """Hold the queue when the running item has ended; audits ``queue.stop_after``.

    Raises
    ------
    ConflictError
        Nothing runs.
    """

    def stop(queue: BeamlineQueue) -> None:
        if not _is_running(queue.beamline_id):
            raise ConflictError(
                f"Nothing runs at {beamline}, so there is no item to stop after.",
                hint="Hold the queue to keep it from starting items.",
                code="idle",
            )
        queue.stop_after_item = True

    _change(actor, beamline, "queue.stop_after", stop)


def cancel_stop_after_item(*, actor: Actor, beamline: str) -> None:
    """Go on after the running item after all; audits ``queue.cancel_stop_after``."""

    def go_on(queue: BeamlineQueue) -> None:
        queue.stop_after_item = False

    _change(actor, beamline, "queue.cancel_stop_after", go_on)


def set_modes(*, actor: Actor, beamline: str, **modes: bool) -> None:
    """Switch loop, ignoring of failures, and holding when empty; audits ``queue.modes``."""
    unknown = sorted(set(modes) - set(MODES))
    if unknown:
        raise InvalidError(
            f"The queue has no mode {', '.join(unknown)}.",
            fields={name: [f"one of {', '.join(MODES)}"] for name in unknown},
        )

    def switch(queue: BeamlineQueue) -> None:
        for name, value in modes.items():
            setattr(queue, name, value)

    _change(actor, beamline, "queue.modes", switch)


def _change(
    actor: Actor, beamline: str, action: str, act: Callable[[BeamlineQueue], None], *, reason: str = ""
) -> None:
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENGINE_CONTROL, beamline=beamline)
    with changing(place.pk, beamline) as queue:
        check_control(actor, place.pk, beamline)
        before = modes_of(queue)
        act(queue)
        audit_queue(actor, action, beamline, before=before, after=modes_of(queue), reason=reason)


def _is_running(beamline_id: int) -> bool:
    return QueueItem.objects.filter(beamline_id=beamline_id, state=ItemState.RUNNING.value).exists()
