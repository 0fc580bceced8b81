"""Where a new item comes in, and the copies of items that were there before."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Max, Min, QuerySet

from accounts.errors import ConflictError, InvalidError
from accounts.prepared import NUMBER, Prepared
from acquisition.queue import order
from acquisition.queue.change import position_at, waiting
from acquisition.queue.models import QueueItem

MAX_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Crowd:
    """The items that wait, as one who comes in needs to know them.

    Parameters
    ----------
    length
        How many wait.
    last
        Position of the last one; None when nothing waits.
    lowest
        The lowest priority of them; None when nothing waits.
    priority
        Of the one who comes in.
    """

    length: int
    last: int | None
    lowest: int | None
    priority: int = 0

    @property
    def has_lower(self) -> bool:
        """Tell whether somebody has a lower priority than the one who comes in."""
        return self.lowest is not None and self.lowest < self.priority


def crowd_of(beamline_id: int, priority: int = 0) -> Crowd:
    """Count the items that wait, as seen by one of this priority."""
    length, last, lowest = _CROWD.first(beamline_id) or (0, None, None)
    return Crowd(length, last, lowest, priority)


def _crowd(beamline_id: int) -> QuerySet[QueueItem, Any]:
    rows = waiting(beamline_id).order_by().values("beamline_id")
    counted = rows.annotate(length=Count("pk"), last=Max("position"), lowest=Min("priority"))
    return counted.values_list("length", "last", "lowest")


_CROWD: Final[Prepared[Any]] = Prepared(_crowd, NUMBER)


def require_room(crowd: Crowd, name: str, count: int) -> None:
    """Raise ConflictError when `count` more would be too many."""
    if crowd.length + count > MAX_WAITING:
        raise ConflictError(
            f"The queue of {name} holds {crowd.length} items; {count} more would be above the limit of "
            f"{MAX_WAITING}.",
            hint="Remove items or let some run first.",
            code="queue_full",
        )


def arrival(beamline_id: int, crowd: Crowd, position: str | int, count: int) -> tuple[int, list[int]]:
    """Give the index at which `count` items come in, and their positions.

    At the back means behind those of the same priority or a higher one.
    """
    index = index_of(position, crowd.length)
    if index == crowd.length and crowd.has_lower:
        index = _behind_equals(beamline_id, crowd)
    if index == crowd.length:
        return index, order.between([] if crowd.last is None else [crowd.last], 1, count)
    return index, position_at(beamline_id, index, length=crowd.length, count=count)


def _behind_equals(beamline_id: int, crowd: Crowd) -> int:
    priorities = list(waiting(beamline_id).values_list("priority", flat=True))
    last = max((n for n, other in enumerate(priorities) if other >= crowd.priority), default=-1)
    return last + 1


def index_of(position: str | int, length: int) -> int:
    """Give the index that "front", "back" or a number means; InvalidError for anything else."""
    try:
        return order.place(position, length)
    except ValueError as error:
        raise InvalidError(str(error), fields={"position": [str(error)]}) from error


def index_beside(
    others: Sequence[str],
    *,
    position: str | int | None = None,
    before: str | None = None,
    after: str | None = None,
) -> int:
    """Give the index among `others`, uids in order, that exactly one of the three names."""
    if [position, before, after].count(None) != 2:
        raise InvalidError(
            "Say where to: exactly one of position, before, after.",
            fields={"position": ["give exactly one of position, before, after"]},
        )
    if position is not None:
        return index_of(position, len(others))
    name = before if before is not None else after
    try:
        index = others.index(str(uuid.UUID(str(name))))
    except ValueError as error:
        field = "before" if before is not None else "after"
        raise InvalidError(
            "The other item does not wait in this queue.", fields={field: ["no such waiting item"]}
        ) from error
    return index if before is not None else index + 1


def copy_item(item: QueueItem, *, position: int, **changes: Any) -> QueueItem:
    """Make a waiting item that asks for the same; whoever waited for `item` waits for the copy."""
    columns: Mapping[str, Any] = {
        "beamline_id": item.beamline_id,
        "proposal_id": item.proposal_id,
        "submitted_by": item.submitted_by,
        "plan_name": item.plan_name,
        "kind": item.kind,
        "parameters": item.parameters,
        "metadata": item.metadata,
        "note": item.note,
        "priority": item.priority,
        "waits_for": item.waits_for,
        "points": item.points,
        "estimated_s": item.estimated_s,
        "copied_from": item,
        "position": position,
    }
    return QueueItem.objects.create(**{**columns, **changes})


def wait_for_copy(item: QueueItem, copy: QueueItem) -> None:
    """Let those who wait for `item` wait for `copy`, which does its work again."""
    old, new = str(item.uid), str(copy.uid)
    for row in waiting(item.beamline_id).filter(waits_for__contains=[old]):
        row.waits_for = [new if uid == old else uid for uid in row.waits_for]
        row.save(update_fields=["waits_for"])


def front_position(beamline_id: int) -> int:
    """Give a position before every waiting item."""
    first = waiting(beamline_id).values_list("position", flat=True).first()
    return (first if first is not None else 2 * order.GAP) - order.GAP


def back_position(beamline_id: int) -> int:
    """Give a position behind every waiting item."""
    last = waiting(beamline_id).values_list("position", flat=True).last()
    return order.between([] if last is None else [last], 1)[0]
