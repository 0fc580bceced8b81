"""Runs: one by its uid, its facts for lists and pages."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import Scope, require, visible
from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from catalog.documents.encoding import loads
from catalog.models import Document, Run

MIN_PREFIX = 6
"""Fewer characters of a uid name no run."""

CANDIDATES = 10
"""So many runs are listed when the characters are those of several."""

_UID_PART = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")
_SAMPLE_KEYS = ("sample", "sample_name")
_TITLE_KEYS = ("title", "purpose", "scan_name")


def visible_runs(actor: Actor, *, scope: Scope = Scope.RUN_READ) -> QuerySet[Run]:
    """Give the runs that `actor` may read, with beamline and proposal joined."""
    rows = Run.objects.select_related("beamline", "proposal")
    return visible(actor, rows, proposal="proposal", beamline="beamline", scope=scope)


def run(actor: Actor, uid: str, *, scope: Scope = Scope.RUN_READ) -> Run:
    """Give the run of a uid, or of the first characters of one.

    Raises
    ------
    NotFoundError
        There is none that `actor` may see.
    InvalidError
        Several runs begin with these characters; ten of them are listed.
    """
    if not _UID_PART.match(uid):
        raise NotFoundError("There is no such run that you can see.")
    rows = visible_runs(actor, scope=scope)
    found = rows.filter(uid=uid).first()
    if found is not None:
        return found
    matches = list(rows.filter(uid__startswith=uid).order_by()[:CANDIDATES]) if len(uid) >= MIN_PREFIX else []
    if len(matches) > 1:
        raise InvalidError(f"Several runs begin with {uid!r}.", hint=_candidates(matches))
    if not matches:
        raise NotFoundError(f"There is no run {uid!r} that you can see.")
    return matches[0]


def _candidates(matches: list[Run]) -> str:
    newest = sorted(matches, key=lambda row: row.time, reverse=True)
    named = "; ".join(f"{row.uid} (scan_id {row.scan_id}, {row.plan_name})" for row in newest)
    return f"Give more characters of the uid: {named}."


def exportable_run(actor: Actor, uid: str) -> Run:
    """Give a run that `actor` may take away.

    Raises
    ------
    NotFoundError
        There is none that `actor` may see.
    ForbiddenError
        The actor may read it here and not take it away.
    """
    row = run(actor, uid)
    require(actor, Scope.RUN_EXPORT, beamline=row.beamline.name, proposal_id=row.proposal_id)
    return row


def last_ordinal(actor: Actor, uid: str) -> int:
    """Give the ordinal of the last document that is stored of a run."""
    return run(actor, uid).last_ordinal


def open_runs(beamline: str, *, of_items_or: Collection[str] | None = None) -> list[str]:
    """Give the uids of the runs of a beamline that have no stop document, oldest first.

    Parameters
    ----------
    of_items_or
        Only those of queue items and those of these uids; of the others none that was imported or that
        another program sends.
    """
    rows = Run.objects.filter(beamline__name=beamline, exit_status="").order_by("time", "id")
    if of_items_or is not None:
        rows = rows.filter(~Q(item_uid="") | Q(uid__in=of_items_or))
    return list(rows.values_list("uid", flat=True))


def run_summary(row: Run) -> dict[str, Any]:
    """Give the facts of one run that a list shows."""
    start = row.start
    return {
        "uid": row.uid,
        "scan_id": row.scan_id,
        "plan_name": row.plan_name,
        "time": row.time,
        "stop_time": row.stop_time,
        "exit_status": row.exit_status or None,
        "reason": row.reason,
        "beamline": row.beamline.name,
        "proposal": row.proposal.number if row.proposal else None,
        "username": row.username,
        "num_events": row.num_events,
        "num_points": _integer(start.get("num_points")),
        "motors": _names(start.get("motors")),
        "detectors": _names(start.get("detectors")),
        "sample": _first_text(start, _SAMPLE_KEYS),
        "title": _first_text(start, _TITLE_KEYS),
    }


def run_detail(actor: Actor, uid: str) -> dict[str, Any]:
    """Give one run with its start, stop and descriptors, and what its streams hold."""
    row = run(actor, uid)
    bodies = Document.objects.filter(
        run=row, name__in=["start", "descriptor", "stop"], ordinal__lte=row.last_ordinal
    )
    by_name: dict[str, list[Any]] = {"start": [], "descriptor": [], "stop": []}
    for name, body in bodies.order_by("ordinal").values_list("name", "body"):
        by_name[name].append(loads(body))
    return {
        **run_summary(row),
        "start": by_name["start"][0],
        "stop": by_name["stop"][0] if by_name["stop"] else None,
        "descriptors": by_name["descriptor"],
        "streams": _streams(by_name["descriptor"], row.num_events),
        "last_ordinal": row.last_ordinal,
    }


def _streams(descriptors: list[dict[str, Any]], num_events: Mapping[str, int]) -> dict[str, Any]:
    """Describe each stream by its last descriptor."""
    streams: dict[str, Any] = {}
    for descriptor in descriptors:
        name = descriptor.get("name", "")
        streams[name] = {
            "columns": [_column(key, value) for key, value in descriptor["data_keys"].items()],
            "hints": descriptor.get("hints") or {},
            "object_keys": descriptor.get("object_keys") or {},
            "num_events": num_events.get(name, 0),
        }
    return streams


def _column(key: str, data_key: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": key,
        "dtype": data_key["dtype"],
        "shape": data_key["shape"],
        "units": data_key.get("units"),
        "precision": data_key.get("precision"),
        "object_name": data_key.get("object_name", ""),
        "external": data_key.get("external", ""),
    }


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _first_text(start: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = start.get(key)
        if isinstance(value, Mapping):
            value = value.get("name")
        if isinstance(value, str) and value:
            return value[:300]
    return ""
