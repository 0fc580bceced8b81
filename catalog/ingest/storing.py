"""The one way in: documents become rows, each once, in order, and none is lost.

A batch is stored in one transaction. What was stored before is passed over, a batch that begins past the next
ordinal is refused whole with what is missing, and a document that cannot be part of its run is put in
quarantine with the reason while its ordinal counts as seen, so that one bad document holds nothing up.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import groupby
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ForbiddenError, NotFoundError
from catalog import signals
from catalog.documents.encoding import dumps, loads, to_storable
from catalog.documents.errors import EncodingError, InvalidDocumentError
from catalog.documents.sequence import RunChecker, StreamShape
from catalog.ingest import quarantine, rows
from catalog.ingest.compaction import compact
from catalog.ingest.metadata import DERIVED_FROM, link_sources
from catalog.ingest.records import OrdinalGapError, Origin, Record, StoreResult
from catalog.ingest.rows import PAGE_EVENTS, Place
from catalog.models import Document, Quarantine, Run
from catalog.storage.writing import PageRows, write_pages

MAX_DOCUMENT_BYTES = 32 * 2**20
"""A larger document belongs in a file beside the run; it goes to quarantine."""

_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}\Z")
_REFUSALS = (DataError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError)
_REFERENCES = ("resource", "stream_resource")
_ENDED = ("stop", "exit_status", "reason", "stop_time", "search_text")

Runs = Mapping[str, list[Record]]
Batches = list["_RunBatch"]

_PLACE_AND_KNOWN = """
SELECT beamline.id, (SELECT id FROM accounts_proposal WHERE number = %(proposal)s),
       ARRAY(SELECT uid FROM catalog_run WHERE uid = ANY(%(runs)s::text[]))
FROM accounts_beamline AS beamline WHERE beamline.name = %(beamline)s
"""


def store(*, actor: Actor, origin: Origin, records: Sequence[Record]) -> StoreResult:
    """Store documents of one or more runs in one transaction.

    Writes Run, Document, EventPage and Quarantine rows; sends `signals.documents_stored` for each run after
    the commit. Writes no audit entry: the documents are their own record.

    Parameters
    ----------
    records
        Documents, dense in their ordinal within each run; what was stored before may come again.

    Raises
    ------
    OrdinalGapError
        Documents before these are missing; nothing of the batch is stored.
    ForbiddenError
        The actor is neither the worker of the beamline nor the installation itself.
    NotFoundError
        There is no such beamline.
    """
    _require_writer(actor, origin.beamline)
    ordered = sorted(records, key=lambda r: (r.run, r.ordinal))
    runs = {uid: list(group) for uid, group in groupby(ordered, key=lambda r: r.run)}
    try:
        batches = _stored(origin, runs, _stored_together)
    except (IntegrityError, *_REFUSALS):
        batches = _stored(origin, runs, _stored_with_care)
    return StoreResult(
        stored=sum(len(b.accepted) for b in batches),
        duplicates=sum(b.duplicates for b in batches),
        quarantined=sum(b.quarantined for b in batches),
        last_ordinals={b.uid: b.last_ordinal for b in batches},
    )


def _stored(origin: Origin, runs: Runs, store_runs: Callable[[Place, Runs, Set[str]], Batches]) -> Batches:
    with transaction.atomic():
        place, known = _place_and_known(origin, runs)
        return store_runs(place, runs, known)


def _stored_together(place: Place, runs: Runs, known: Set[str]) -> Batches:
    """Store the documents of several runs with one statement a table: small runs cost little so."""
    batches = [_RunBatch(place, uid, records) for uid, records in runs.items()]
    for batch in batches:
        batch.take(is_known=batch.uid in known)
    _write([batch for batch in batches if batch.run is not None])
    return batches


def _stored_with_care(place: Place, runs: Runs, known: Set[str]) -> Batches:
    """Store run by run; should the database refuse a document, store the others of its run without it."""
    return [
        batch for uid, records in runs.items() for batch in _run_with_care(place, uid, records, uid in known)
    ]


def _run_with_care(place: Place, uid: str, records: list[Record], is_known: bool) -> Batches:
    try:
        return _run_whole(place, uid, records, is_known)
    except _REFUSALS:
        return [batch for record in records for batch in _store_or_set_aside(place, uid, record)]


def _run_whole(place: Place, uid: str, records: list[Record], is_known: bool) -> Batches:
    try:
        with transaction.atomic():
            return _stored_together(place, {uid: records}, {uid} if is_known else set())
    except IntegrityError:
        # Somebody else began this run at the same moment; its row can be seen now.
        with transaction.atomic():
            return _stored_together(place, {uid: records}, {uid})


def _store_or_set_aside(place: Place, uid: str, record: Record) -> Batches:
    try:
        return _run_whole(place, uid, [record], is_known=True)
    except _REFUSALS as error:
        batch = _RunBatch(place, uid, [record])
        batch.set_aside(f"it could not be stored: {type(error).__name__}: {error}")
        return [batch]


def _require_writer(actor: Actor, beamline: str) -> None:
    if actor.kind == "system":
        return
    if actor.kind != "worker":
        raise ForbiddenError(f"{actor.username or 'Nobody'} may not store documents: only a worker does.")
    require(actor, Scope.QUEUE_WRITE, beamline=beamline)


def _place_and_known(origin: Origin, uids: Iterable[str]) -> tuple[Place, set[str]]:
    """Give the place, and those runs that have a row, in one statement: a small run takes five in all."""
    asked: dict[str, Any] = {
        "beamline": origin.beamline,
        "proposal": origin.proposal or "",
        "runs": [uid for uid in uids if _UID.match(uid)],
    }
    with connection.cursor() as cursor:
        cursor.execute(_PLACE_AND_KNOWN, asked)
        found = cursor.fetchone()
    if found is None:
        raise NotFoundError(f"There is no beamline {origin.beamline!r} to store documents for.")
    beamline, proposal, known = found
    return Place(origin, beamline, proposal), set(known)


class _RunBatch:
    """The documents of one run in one batch."""

    def __init__(self, place: Place, uid: str, records: list[Record]) -> None:
        self.place = place
        self.uid = uid
        self.records = records
        self.accepted: list[Record] = []
        self.singly: list[Record] = []
        self.groups: list[rows.EventGroup] = []
        self.duplicates = 0
        self.quarantined = 0
        self.last_ordinal = -1
        self.streams: Mapping[str, StreamShape] = {}
        self.run: Run | None = None
        self.is_new = False
        self.closes = False
        self.first = 0

    def take(self, *, is_known: bool) -> None:
        """Look at the documents; the run may have a row already where it ``is_known``.

        `run` is its row as it is to be written, None where there is nothing to write.
        """
        if not _UID.match(self.uid):
            why = f"the run's uid {self.uid[:80]!r} is not 1 to 80 letters, digits, '_', '.' and '-'"
            self._refuse_all(self.records, why)
            return
        run = Run.objects.select_for_update().filter(uid=self.uid).first() if is_known else None
        if run is not None and run.beamline_id != self.place.beamline_id:
            self._refuse_all(self.records, f"run {self.uid} belongs to another beamline")
            return
        self.last_ordinal = run.last_ordinal if run is not None else self._last_refused()
        fresh = self._pass_over_duplicates(run)
        self._require_dense(fresh)
        if not fresh:
            return
        self.first, self.last_ordinal = fresh[0].ordinal, fresh[-1].ordinal
        self.run = self._take(run, fresh)
        if self.run is not None:
            self.is_new = run is None
            self.run.last_ordinal = self.last_ordinal
            self._close(self.run)

    @property
    def row(self) -> Run:
        """The row of the run, where there is something to write."""
        assert self.run is not None
        return self.run

    def write_row(self) -> None:
        """Write what is another in a row that was there before, and the links of one that is new."""
        if self.is_new:
            if DERIVED_FROM in self.row.start:
                link_sources(self.row)
        else:
            self.row.save(update_fields=["last_ordinal", "num_events", *(_ENDED if self.closes else ())])

    def documents(self) -> list[Document]:
        """Make the rows of what is no event."""
        plain = [r for r in self.singly if r.name not in ("event", "event_page")]
        return [rows.document_row(self.row, record) for record in plain]

    def pages(self) -> list[PageRows]:
        """Make the rows of the events."""
        groups = self.groups + [rows.packed(group) for group in rows.grouped(self.singly)]
        return [rows.page_row(self.row, self.streams, group) for group in groups]

    def finish(self) -> None:
        """Do what comes after the rows: join small pages, and tell of the documents once they are kept."""
        of_thousands = self.last_ordinal // PAGE_EVENTS > (self.first - 1) // PAGE_EVENTS
        if self.first > 0 and (self.closes or of_thousands):
            compact(self.row)
        transaction.on_commit(self._announce, robust=True)

    def set_aside(self, reason: str) -> None:
        """Put the documents in quarantine unseen, and count their ordinals as seen."""
        self._refuse_all(self.records, reason)
        Run.objects.filter(
            uid=self.uid, beamline_id=self.place.beamline_id, last_ordinal__lt=self.last_ordinal
        ).update(last_ordinal=self.last_ordinal)

    def _last_refused(self) -> int:
        """Give the last ordinal of a run whose start was refused, -1 when nothing of it was seen.

        A batch that begins with a start begins the run anew: what was refused of it is in quarantine anyway.
        """
        if self.records[0].ordinal == 0:
            return -1
        refused = Quarantine.objects.filter(run_uid=self.uid, beamline_id=self.place.beamline_id)
        last = refused.order_by("-ordinal").values_list("ordinal", flat=True).first()
        return -1 if last is None else last

    def _pass_over_duplicates(self, run: Run | None) -> list[Record]:
        fresh: dict[int, Record] = {}
        for record in self.records:
            if record.ordinal > self.last_ordinal and record.ordinal not in fresh:
                fresh[record.ordinal] = record
            elif record.ordinal == 0 and run is not None and not _is_same(_start_of(run), record.doc):
                self._refuse(record, f"there is another run with the uid {self.uid}")
            else:
                self.duplicates += 1
        return list(fresh.values())

    def _require_dense(self, fresh: list[Record]) -> None:
        expected = self.last_ordinal + 1
        for record in fresh:
            if record.ordinal != expected:
                raise OrdinalGapError(self.uid, expected, record.ordinal)
            expected += 1

    def _take(self, run: Run | None, fresh: list[Record]) -> Run | None:
        checker = checker_of(self.uid, run, {r.name for r in fresh})
        for are_events, some in groupby(fresh, key=lambda r: r.name == "event"):
            records = list(some)
            if are_events and self._take_together(checker, records):
                continue
            for record in records:
                if self._take_one(checker, record) and record.name == "start":
                    run = rows.new_run(self.place, record)
        self.streams = checker.descriptors
        if run is not None:
            run.num_events = dict(checker.last_seq)
        return run

    def _take_together(self, checker: RunChecker, records: list[Record]) -> bool:
        """Take events as whole columns, where there is nothing to say about any."""
        try:
            groups = [rows.packed(group) for group in rows.grouped(records)]
            are_small = all(rows.weight(group.page) <= MAX_DOCUMENT_BYTES // 8 for group in groups)
            if not (are_small and checker.take_pages([group.page for group in groups])):
                return False
        except (*_REFUSALS, AttributeError):
            return False
        self.accepted += records
        self.groups += groups
        return True

    def _take_one(self, checker: RunChecker, record: Record) -> bool:
        try:
            _require_size(record)
            remarks = checker.check(record.name, record.doc)
        except (InvalidDocumentError, EncodingError) as error:
            self._refuse(record, str(error))
            return False
        self.accepted.append(record)
        self.singly.append(record)
        if remarks:
            quarantine.keep(self.place, record, "; ".join(remarks), is_stored=True)
        return True

    def _close(self, run: Run) -> None:
        stop = next((r.doc for r in self.accepted if r.name == "stop"), None)
        if stop is not None:
            self.closes = run.is_open
            rows.close(run, stop)

    def _refuse_all(self, records: list[Record], reason: str) -> None:
        for record in records:
            self._refuse(record, reason)
        self.last_ordinal = max(r.ordinal for r in records)

    def _refuse(self, record: Record, reason: str) -> None:
        quarantine.keep(self.place, record, reason, is_stored=False)
        self.quarantined += 1

    def _announce(self) -> None:
        run = self.row
        signals.documents_stored.send_robust(
            sender=Run,
            run_uid=self.uid,
            beamline=self.place.origin.beamline,
            proposal_id=run.proposal_id,
            first_ordinal=self.first,
            last_ordinal=self.last_ordinal,
            records=[(r.ordinal, r.name, r.doc) for r in self.accepted],
            closed=not run.is_open,
        )


def _write(batches: Sequence[_RunBatch]) -> None:
    """Write what several runs have to write, with one statement a table where rows are new."""
    Run.objects.bulk_create([batch.row for batch in batches if batch.is_new])
    for batch in batches:
        batch.write_row()
    Document.objects.bulk_create([row for batch in batches for row in batch.documents()])
    write_pages([row for batch in batches for row in batch.pages()])
    for batch in batches:
        batch.finish()


def checker_of(uid: str, run: Run | None, names: set[str]) -> RunChecker:
    """Give the state of a run as far as documents of these names depend on it."""
    checker = RunChecker(uid, now=time.time())
    if run is None:
        return checker
    checker.is_open = True
    checker.is_closed = not run.is_open
    checker.last_seq = dict(run.num_events)
    if names & {"descriptor", "event", "event_page", "stream_datum", "stop"}:
        for doc in Document.objects.filter(run=run, name="descriptor").values_list("doc", flat=True):
            checker.descriptors[doc["uid"]] = StreamShape.of(doc)
    if names & {"resource", "datum", "datum_page", "stream_resource", "stream_datum"}:
        known = Document.objects.filter(run=run, name__in=_REFERENCES)
        checker.references = set(known.values_list("uid", flat=True))
    return checker


def _require_size(record: Record) -> None:
    if record.name not in ("event", "event_page"):
        size = len(dumps(record.doc))
        if size > MAX_DOCUMENT_BYTES:
            raise InvalidDocumentError(
                record.name, [f"it has {size} bytes, {MAX_DOCUMENT_BYTES} at most: keep the value in a file"]
            )
    elif rows.weight(record.doc) > MAX_DOCUMENT_BYTES // 8:
        raise InvalidDocumentError(record.name, ["it holds too many values: keep the arrays in a file"])


def _start_of(run: Run) -> Mapping[str, Any]:
    """Give the start document as it came; the row holds what the metadata were changed to."""
    if not run.revision:
        return dict(run.start)
    return dict(loads(Document.objects.filter(run=run, ordinal=0).values_list("body", flat=True).get()))


def _is_same(kept: Mapping[str, Any], doc: Any) -> bool:
    """Tell whether a document is the one that is kept, whatever the order of keys."""
    try:
        return json.dumps(to_storable(kept), sort_keys=True) == json.dumps(to_storable(doc), sort_keys=True)
    except EncodingError:
        return False
