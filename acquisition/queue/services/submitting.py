"""Put plans into the queue: one, many at once, one to run at once, one for others to approve."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import BeamportError, InvalidError
from accounts.selectors import place_and_proposal
from acquisition.queue.change import changing, let_run
from acquisition.queue.control import check_control
from acquisition.queue.draft import Draft, check_draft
from acquisition.queue.estimates import Estimate, Estimator
from acquisition.queue.models import BeamlineQueue, QueueItem
from acquisition.queue.permits import NotPermittedError, permit_of
from acquisition.queue.placing import arrival, crowd_of, require_room
from acquisition.queue.sample_choice import SampleBook
from acquisition.queue.services.auditing import audit_item
from acquisition.queue.states import ItemState
from acquisition.queue.validation import environment_of

MAX_BATCH = 5_000
MAX_FAULTY = 100


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that may be queued, for the proposal that it is for."""

    draft: Draft
    tenant: Any
    estimate: Estimate

    def row(self, actor: Actor, beamline_id: int, position: int, state: ItemState) -> QueueItem:
        """Give its row, not yet saved."""
        return QueueItem(
            beamline_id=beamline_id,
            proposal=self.tenant,
            submitted_by=actor.username,
            position=position,
            state=state.value,
            points=self.estimate.points,
            estimated_s=self.estimate.seconds,
            **self.draft.as_columns(),
        )


def submit_item(
    *, actor: Actor, beamline: str, proposal: str, position: str | int = "back", **asked: Any
) -> QueueItem:
    """Put a plan into the queue; audits ``queue.submit``.

    Parameters
    ----------
    position
        "front", "back" or a number; an item with a priority and no other word goes behind its equals.
    asked
        What `Draft` takes: plan, parameters, metadata, note, priority, not_before, waits_for.

    Raises
    ------
    InvalidError
        The plan or a parameter does not fit; ``fields`` says which and why.
    NotPermittedError
        A rule of the beamline forbids the plan, a device or a value; ``fields`` says which and why.
    ConflictError
        The beamline was never opened, somebody else has it in hand, or the queue is full.
    """
    return submit_items(
        actor=actor, beamline=beamline, proposal=proposal, drafts=[Draft(**asked)], position=position
    )[0]


def submit_items(
    *, actor: Actor, beamline: str, proposal: str, drafts: Sequence[Draft], position: str | int = "back"
) -> list[QueueItem]:
    """Put many plans into the queue, in their order: all of them, or none. One audit entry each.

    Raises
    ------
    InvalidError
        One or more do not fit; ``fields`` says which, why: ``items.3.num`` is the fourth item's.
    """
    place, checked = _checked(actor, beamline, proposal, drafts, Scope.QUEUE_WRITE)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        return _insert(actor, place, checked, position)


def run_now(*, actor: Actor, beamline: str, proposal: str, **asked: Any) -> QueueItem:
    """Put a plan at the front and let it run; a queue that was held is held again after all such items.

    Audits ``queue.run_now``; raises as `submit_item`.
    """
    place, checked = _checked(actor, beamline, proposal, [Draft(**asked)], Scope.QUEUE_WRITE)
    require(actor, Scope.ENGINE_CONTROL, beamline=beamline, proposal_id=checked[0].tenant.pk)
    with changing(place.pk, beamline) as queue:
        check_control(actor, place.pk, beamline)
        item = _insert(actor, place, checked, "front", action="queue.run_now", runs_now=True)[0]
        if queue.is_held:
            _let_run_for_now(queue)
        return item


def propose_item(*, actor: Actor, beamline: str, proposal: str, **asked: Any) -> QueueItem:
    """Put a plan into the queue that runs only once staff have approved it; audits ``queue.propose``."""
    place, checked = _checked(actor, beamline, proposal, [Draft(**asked)], Scope.QUEUE_PROPOSE)
    with changing(place.pk, beamline):
        return _insert(actor, place, checked, "back", action="queue.propose", state=ItemState.PROPOSED)[0]


def _let_run_for_now(queue: BeamlineQueue) -> None:
    kept = queue.hold_reason if queue.hold_item_id is None else ""
    let_run(queue)
    queue.hold_reason, queue.stop_after_item = kept, True


def _checked(
    actor: Actor, beamline: str, proposal: str, drafts: Sequence[Draft], scope: Scope
) -> tuple[Any, list[Checked]]:
    place, tenant = place_and_proposal(actor, scope, beamline=beamline, proposal=proposal)
    if not 0 < len(drafts) <= MAX_BATCH:
        raise InvalidError(
            f"Give 1 to {MAX_BATCH} items at once; {len(drafts)} are given.",
            fields={"items": [f"1 to {MAX_BATCH} items"]},
        )
    environment = environment_of(beamline)
    estimator = Estimator(beamline)
    permit = permit_of(actor, beamline, proposal_id=tenant.pk)
    book = SampleBook(tenant.pk)
    checked: list[Checked] = []
    faults: dict[int, BeamportError] = {}
    for n, draft in enumerate(drafts):
        try:
            settled = book.checked(draft)
            estimate = check_draft(environment, place.pk, settled, estimator, permit)
            checked.append(Checked(settled, tenant, estimate))
        except (InvalidError, NotPermittedError) as error:
            if len(drafts) == 1:
                raise
            faults[n] = error
    if faults:
        raise _all_faults(faults, len(drafts))
    return place, checked


def _all_faults(faults: dict[int, BeamportError], count: int) -> InvalidError:
    told = dict(list(faults.items())[:MAX_FAULTY])
    fields = {
        f"items.{n}.{name}" if name else f"items.{n}": texts
        for n, error in told.items()
        for name, texts in (error.fields or {"": [str(error)]}).items()
    }
    more = "" if len(told) == len(faults) else f" The first {len(told)} are named."
    return InvalidError(f"{len(faults)} of {count} items cannot run; none was queued.{more}", fields=fields)


def _insert(
    actor: Actor,
    place: Any,
    checked: Sequence[Checked],
    position: str | int,
    *,
    action: str = "queue.submit",
    state: ItemState = ItemState.QUEUED,
    runs_now: bool = False,
) -> list[QueueItem]:
    crowd = crowd_of(place.pk, max(one.draft.priority for one in checked))
    require_room(crowd, place.name, len(checked))
    index, positions = arrival(place.pk, crowd, position, len(checked))
    rows = []
    for n, (at, one) in enumerate(zip(positions, checked, strict=True)):
        row = one.row(actor, place.pk, at, state)
        row.runs_now, row.ahead = runs_now, index + n
        rows.append(row)
    QueueItem.objects.bulk_create(rows)
    if len(rows) == 1:
        audit_item(actor, action, place.name, rows[0], after=_told(rows[0]))
    else:
        _audit_batch(actor, place.name, rows)
    return rows


def _told(item: QueueItem) -> dict[str, Any]:
    return {"plan": item.plan_name, "parameters": item.parameters}


def _audit_batch(actor: Actor, beamline: str, rows: Sequence[QueueItem]) -> None:
    audit.record(
        actor=actor,
        action="queue.submit_batch",
        object_kind="queue",
        object_id=beamline,
        beamline=beamline,
        proposal=rows[0].proposal.number,
        after={"items": [{"uid": str(row.uid), **_told(row)} for row in rows]},
    )
