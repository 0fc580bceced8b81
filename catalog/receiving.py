"""Documents from an engine elsewhere: who sends must hold ``run:add`` where they are kept.

They go the way of all documents, through `store`, in the name of the beamline's worker. What a sender may not
do is to go on with a run that the beamline's own engine made, or that belongs to another proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor, worker_actor
from accounts.errors import ConflictError, InvalidError, NotFoundError
from catalog import selectors
from catalog.documents.encoding import dumps, loads
from catalog.documents.errors import EncodingError
from catalog.ingest import Origin, Record, StoreResult, store
from catalog.models import Document, Quarantine, Run

MAX_DOCUMENTS = 20_000
"""Most documents of one batch."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, and where what is sent belongs.

    Attributes
    ----------
    beamline
        Its name.
    proposal
        The number of the proposal; empty for what belongs to the beamline.
    """

    actor: Actor
    beamline: str
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch, and what is wrong with the documents that were refused or remarked on."""

    run: str
    result: StoreResult
    faults: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last_ordinal(self) -> int:
        """Give the ordinal up to which the run is durable; -1 when nothing is."""
        return self.result.last_ordinals.get(self.run, -1)


def sender_of(actor: Actor, *, beamline: str = "", proposal: str = "") -> Sender:
    """Give where an actor's documents belong: what is said, else what its key is bound to.

    Raises
    ------
    InvalidError
        Neither says the beamline.
    NotFoundError, ForbiddenError
        The actor may not add runs there.
    """
    bound_to = apps.get_model("accounts", "Beamline")._default_manager.filter(pk=actor.key_beamline_id or -1)
    beamline = beamline or bound_to.values_list("name", flat=True).first() or ""
    proposals = apps.get_model("accounts", "Proposal")._default_manager
    if not proposal and actor.key_proposal_id is not None:
        proposal = proposals.filter(pk=actor.key_proposal_id).values_list("number", flat=True).first() or ""
    if not beamline:
        raise InvalidError(
            "Nothing says which beamline these documents belong to.",
            fields={"beamline": ["Name it, or send with a key that is bound to one."]},
        )
    pk = proposals.filter(number=proposal).values_list("pk", flat=True).first() if proposal else None
    if proposal and pk is None:
        raise NotFoundError(f"There is no proposal {proposal[:80]!r} that you can see.")
    require(actor, Scope.RUN_ADD, beamline=beamline, proposal_id=pk)
    return Sender(actor, beamline, proposal)


def receive(sender: Sender, *, run: str, first: int, documents: Sequence[tuple[str, Any]]) -> Receipt:
    """Store documents of one run, numbered from `first` on; what was stored before is passed over.

    Writes what `store` writes, and one audit entry ``run.received`` for each start document.

    Raises
    ------
    InvalidError
        There are too many documents.
    ConflictError
        Documents before these are missing, or the run is not the sender's to go on with.
    """
    if len(documents) > MAX_DOCUMENTS:
        raise InvalidError(f"{len(documents)} documents are too many at once; {MAX_DOCUMENTS} at most.")
    records = [Record(run, first + place, name, doc) for place, (name, doc) in enumerate(documents)]
    with transaction.atomic():
        _require_own(sender, _locked(run))
        result = store(
            actor=worker_actor(sender.beamline, on_behalf_of=sender.actor.username),
            origin=Origin(sender.beamline, sender.proposal or None, sender.actor.username),
            records=records,
        )
        if first == 0 and documents and result.stored:
            audit.record(
                actor=sender.actor,
                action="run.received",
                object_kind="run",
                object_id=run,
                beamline=sender.beamline,
                proposal=sender.proposal,
            )
    return Receipt(run, result, _faults(sender, records))


def receive_next(sender: Sender, *, name: str, doc: Any) -> Receipt:
    """Store one document behind those of its run; the same document again right after itself is passed over.

    For senders that do not number documents. They cannot send twice what lies further back.

    Raises
    ------
    InvalidError
        Nothing tells which run the document belongs to.
    """
    with transaction.atomic():
        run = _run_of(sender, name, doc)
        row = _locked(run)
        last = row.last_ordinal if row is not None else -1
        if row is not None and (_is_last(row, doc) or (name == "start" and _has_started(row, doc))):
            return Receipt(run, StoreResult(duplicates=1, last_ordinals={run: last}))
        return receive(sender, run=run, first=last + 1, documents=[(name, doc)])


def _locked(run: str) -> Run | None:
    rows = Run.objects.select_for_update(of=("self",)).select_related("beamline", "proposal")
    return rows.filter(uid=run).first()


def _require_own(sender: Sender, row: Run | None) -> None:
    if row is None:
        return
    number = row.proposal.number if row.proposal else ""
    is_own = row.beamline.name == sender.beamline and number == sender.proposal and not row.item_uid
    if not is_own:
        raise ConflictError(
            f"There is a run {row.uid} that these documents cannot belong to.",
            hint="A run has one source, one beamline and one proposal; give this one a uid of its own.",
            code="run_of_another",
        )


def _run_of(sender: Sender, name: str, doc: Any) -> str:
    if isinstance(doc, dict):
        uid = doc.get("uid") if name == "start" else doc.get("run_start")
        if isinstance(uid, str) and uid:
            return uid
        for key in ("descriptor", "resource", "stream_resource"):
            found = _run_that_has(sender, key, doc.get(key))
            if found:
                return found
    raise InvalidError(
        f"Nothing tells which run this {name[:40]} belongs to: it refers to nothing in an open run.",
        hint="Send the documents of a run in their order, beginning with the start.",
    )


def _run_that_has(sender: Sender, name: str, uid: Any) -> str | None:
    if not isinstance(uid, str):
        return None
    open_runs = Run.objects.filter(beamline__name=sender.beamline, exit_status="")
    rows = Document.objects.filter(run__in=open_runs, name=name, uid=uid)
    return rows.values_list("run__uid", flat=True).first()


def _has_started(row: Run, doc: Any) -> bool:
    body = Document.objects.filter(run=row, ordinal=0).values_list("body", flat=True).first()
    return body is not None and _is_same(loads(body), doc)


def _is_last(row: Run, doc: Any) -> bool:
    last = selectors.documents(worker_actor(row.beamline.name), row.uid, since=row.last_ordinal - 1, limit=1)
    return any(_is_same(kept, doc) for _, _, kept in last)


def _is_same(kept: Any, doc: Any) -> bool:
    try:
        return dumps(kept) == dumps(doc)
    except EncodingError:
        return False


def _faults(sender: Sender, records: Sequence[Record]) -> list[dict[str, Any]]:
    if not records:
        return []
    rows = Quarantine.objects.filter(
        run_uid=records[0].run,
        beamline__name=sender.beamline,
        ordinal__gte=records[0].ordinal,
        ordinal__lte=records[-1].ordinal,
    )
    return [dict(row) for row in rows.values("ordinal", "name", "reason", "is_stored")[:100]]
