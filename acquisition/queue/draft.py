"""What somebody asks to be queued, before it is a row, and the check of it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from accounts.errors import InvalidError
from acquisition.queue.estimates import Estimate, Estimator
from acquisition.queue.models import Environment, ItemKind, QueueItem
from acquisition.queue.permits import Permit
from acquisition.queue.validation import check_call

MAX_WAITS_FOR: Final = 100
PRIORITIES: Final = range(-100, 101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One item to be queued.

    Parameters
    ----------
    plan, parameters, metadata
        The plan, its parameters by name, and what the start documents shall hold besides.
    kind
        ``plan``, or ``queue_stop``: when its turn comes the queue is held, and nothing is run.
    note
        A remark for people.
    priority
        -100 to 100. An item comes in before those of lower priority, behind those of the same or a higher.
    not_before
        The item is passed over until then.
    waits_for
        Uids of items of this queue that have to end well first.
    """

    plan: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ItemKind.PLAN.value
    note: str = ""
    priority: int = 0
    not_before: datetime | None = None
    waits_for: Sequence[str] = ()

    def as_columns(self) -> dict[str, Any]:
        """Give the columns of its row."""
        return {
            "plan_name": self.plan or self.kind,
            "parameters": dict(self.parameters),
            "metadata": dict(self.metadata),
            "kind": self.kind,
            "note": self.note,
            "priority": self.priority,
            "not_before": self.not_before,
            "waits_for": [str(uid) for uid in self.waits_for],
        }


def draft_of(item: QueueItem, changes: Mapping[str, Any]) -> Draft:
    """Give the draft that would make `item`, with some of it changed."""
    return Draft(
        **{
            "plan": item.plan_name if item.kind == ItemKind.PLAN else "",
            "parameters": item.parameters,
            "metadata": item.metadata,
            "kind": item.kind,
            "note": item.note,
            "priority": item.priority,
            "not_before": item.not_before,
            "waits_for": item.waits_for,
            **changes,
        }
    )


def check_draft(
    environment: Environment, beamline_id: int, draft: Draft, estimator: Estimator, permit: Permit
) -> Estimate:
    """Foretell the item.

    Raises
    ------
    InvalidError
        It does not fit; with a message per field.
    NotPermittedError
        A rule of the beamline forbids it; with a message per field.
    """
    _check_place_in_time(beamline_id, draft)
    if draft.kind != ItemKind.PLAN:
        return Estimate()
    bound = check_call(environment, draft.plan, draft.parameters, draft.metadata)
    estimate = estimator.estimate(environment, draft.plan, bound)
    description = environment.plans[draft.plan]
    permit.check_call(description, bound, environment.devices, estimate.points or bound.points)
    return estimate


def _check_place_in_time(beamline_id: int, draft: Draft) -> None:
    if draft.priority not in PRIORITIES:
        raise _wrong("priority", f"give a whole number from {PRIORITIES[0]} to {PRIORITIES[-1]}")
    if draft.not_before is not None and draft.not_before.tzinfo is None:
        raise _wrong("not_before", "give the time zone too, as in 2026-01-31T08:00:00+01:00")
    if draft.kind not in ItemKind.values:
        raise _wrong("kind", f"one of {', '.join(ItemKind.values)}")
    if draft.waits_for:
        _check_waits_for(beamline_id, draft.waits_for)


def _check_waits_for(beamline_id: int, uids: Sequence[str]) -> None:
    if len(uids) > MAX_WAITS_FOR:
        raise _wrong("waits_for", f"at most {MAX_WAITS_FOR} items; {len(uids)} are given")
    try:
        wanted = {uuid.UUID(str(uid)) for uid in uids}
    except ValueError as error:
        raise _wrong("waits_for", "give uids of items of this queue") from error
    rows = QueueItem.objects.filter(beamline_id=beamline_id, uid__in=wanted)
    known = set(rows.values_list("uid", flat=True))
    if known != wanted:
        missing = ", ".join(sorted(str(uid) for uid in wanted - known))
        raise _wrong("waits_for", f"no such item here: {missing}")


def _wrong(field_name: str, text: str) -> InvalidError:
    return InvalidError(f"{field_name}: {text}.", fields={field_name: [text]})
