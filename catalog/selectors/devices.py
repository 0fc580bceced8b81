"""What a run tells of its devices beside its events: their configuration, and the baseline."""

from __future__ import annotations

from typing import Any

from accounts.actor import Actor
from accounts.errors import NotFoundError
from catalog.documents.encoding import loads
from catalog.models import Document
from catalog.selectors.runs import run
from catalog.selectors.tables import data_keys, table

BASELINE = "baseline"


def configuration(actor: Actor, uid: str) -> list[dict[str, Any]]:
    """Give the configuration of each device, one entry for each descriptor that tells it, in their order.

    Returns
    -------
    list of dict
        ``stream``, ``descriptor`` (uid), ``time`` (POSIX seconds) and ``devices``: of each ``data``,
        ``timestamps``, ``data_keys`` as its descriptor says, and ``object_keys``: its data keys there.
    """
    row = run(actor, uid)
    bodies = Document.objects.filter(run=row, name="descriptor", ordinal__lte=row.last_ordinal)
    told = []
    for descriptor in map(loads, bodies.order_by("ordinal").values_list("body", flat=True)):
        owned = descriptor.get("object_keys") or {}
        devices = {
            device: {**values, "object_keys": owned.get(device, [])}
            for device, values in (descriptor.get("configuration") or {}).items()
        }
        facts = {"stream": descriptor.get("name", ""), "descriptor": descriptor["uid"]}
        told.append({**facts, "time": descriptor["time"], "devices": devices})
    return told


def baseline(actor: Actor, uid: str, *, stream: str = BASELINE) -> list[dict[str, Any]]:
    """Give what was read before and after a run: of each data key its first and its last value.

    Returns
    -------
    list of dict
        ``key``, ``device``, ``units``, ``before``, ``after`` (None while there is but one reading), ``count``
        of readings, and ``is_changed``. Empty when the run has no baseline.
    """
    try:
        keys = data_keys(actor, uid, stream)
    except NotFoundError:
        if run(actor, uid) is not None:
            return []
        raise
    columns = table(actor, uid, stream, stop=1000)["columns"]
    return [_compared(key, keys[key], values) for key, values in columns.items()]


def _compared(key: str, data_key: dict[str, Any], values: list[Any]) -> dict[str, Any]:
    before = values[0] if values else None
    after = values[-1] if len(values) > 1 else None
    return {
        "key": key,
        "device": data_key.get("object_name", ""),
        "units": data_key.get("units"),
        "before": before,
        "after": after,
        "count": len(values),
        "is_changed": len(values) > 1 and repr(before) != repr(after),
    }
