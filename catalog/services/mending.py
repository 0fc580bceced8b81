"""Refused documents taken again by staff, after mending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor, worker_actor
from accounts.errors import InvalidError, NotFoundError
from catalog.ingest import Origin, Record, printable
from catalog.ingest.replaying import record_of, replay_document, replay_run
from catalog.ingest.rows import Place
from catalog.models import Quarantine, Run
from catalog.selectors import refused_rows
from catalog.services.annotating import required_text


@transaction.atomic
def replay(
    *, actor: Actor, run_uid: str, documents: Mapping[int, Mapping[str, Any] | None], reason: str
) -> dict[str, int]:
    """Store refused documents again; audits ``quarantine.replayed``.

    Parameters
    ----------
    documents
        Ordinals of refused documents, each with the mended document, or None to take it as it came. Of a run
        without a start all refused documents are taken, whether they are named here or not.

    Returns
    -------
    dict
        ``stored`` and ``quarantined``.

    Raises
    ------
    NotFoundError
        No such document is in quarantine where the actor may mend it.
    InvalidError
        A document is still wrong; nothing is changed.
    """
    reason = required_text("reason", reason, 1000)
    rows = refused_rows(actor).select_for_update(of=("self",)).filter(run_uid=printable(run_uid))
    refused = {row.ordinal: row for row in rows.order_by("ordinal", "id")[:100_000]}
    missing = [ordinal for ordinal in documents if ordinal not in refused]
    if not refused or missing:
        raise NotFoundError(f"Document {missing[:10]} of run {run_uid[:80]!r} is not in quarantine.")
    first = refused[min(refused)]
    require(actor, Scope.RUN_DELETE, beamline=first.beamline.name, proposal_id=first.proposal_id)
    result = _taken(first, refused, {n: _mended(refused[n], doc) for n, doc in documents.items()})
    audit.record(
        actor=actor,
        action="quarantine.replayed",
        object_kind="run",
        object_id=printable(run_uid),
        beamline=first.beamline.name,
        proposal=first.proposal.number if first.proposal else "",
        after={**result, "ordinals": sorted(documents)[:1000]},
        reason=reason,
    )
    return result


def _taken(
    first: Quarantine, refused: Mapping[int, Quarantine], mended: Mapping[int, Record]
) -> dict[str, int]:
    number = first.proposal.number if first.proposal else None
    origin = Origin(first.beamline.name, number, "")
    run = Run.objects.filter(uid=first.run_uid, beamline=first.beamline_id).first()
    if run is None:
        stored = replay_run(
            actor=worker_actor(first.beamline.name),
            origin=origin,
            refused=list(refused.values()),
            mended=mended,
        )
        return {"stored": stored.stored, "quarantined": stored.quarantined}
    if not mended:
        raise InvalidError(fields={"documents": ["Name the ordinals of the documents to take again."]})
    place = Place(origin, first.beamline_id, first.proposal_id)
    for ordinal, record in sorted(mended.items()):
        replay_document(place=place, run=run, record=record, refused=refused[ordinal])
    return {"stored": len(mended), "quarantined": 0}


def _mended(row: Quarantine, doc: Mapping[str, Any] | None) -> Record:
    return record_of(row) if doc is None else Record(row.run_uid, row.ordinal, row.name, dict(doc))
