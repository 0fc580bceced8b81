"""Take refused documents again, mended or under a run that has its start now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from catalog.documents.encoding import loads
from catalog.documents.errors import EncodingError, InvalidDocumentError
from catalog.ingest import rows
from catalog.ingest.records import Origin, Record, StoreResult
from catalog.ingest.rows import Place
from catalog.ingest.storing import checker_of, store
from catalog.models import Document, EventPage, Quarantine, Run
from catalog.storage.writing import write_pages


@transaction.atomic
def replay_run(
    *, actor: Actor, origin: Origin, refused: list[Quarantine], mended: Mapping[int, Record]
) -> StoreResult:
    """Store a run that is wholly in quarantine, with mended documents in the place of refused ones.

    What is still wrong goes back into quarantine.
    """
    records = {row.ordinal: mended.get(row.ordinal) or record_of(row) for row in refused}
    Quarantine.objects.filter(pk__in=[row.pk for row in refused]).delete()
    return store(actor=actor, origin=origin, records=[records[n] for n in sorted(records)])


@transaction.atomic
def replay_document(*, place: Place, run: Run, record: Record, refused: Quarantine) -> None:
    """Store one refused document of a run at the place that it was sent for.

    Raises
    ------
    InvalidError
        It is still wrong; the reason says how.
    ConflictError
        There is another document in its place.
    """
    run = Run.objects.select_for_update().get(pk=run.pk)
    checker = checker_of(run.uid, run, {record.name})
    checker.is_closed = record.name == "stop" and not run.is_open
    numbers = dict(checker.last_seq)
    try:
        checker.check(record.name, record.doc)
    except (InvalidDocumentError, EncodingError) as error:
        raise InvalidError(f"The document is still refused: {error}") from error
    _require_free(run, record.ordinal)
    if record.name in ("event", "event_page"):
        write_pages([rows.page_row(run, checker.descriptors, rows.packed([record]))])
    else:
        Document.objects.bulk_create([rows.document_row(run, record)])
    if record.name == "stop":
        rows.close(run, record.doc)
    last = {stream: max(n, numbers.get(stream, 0)) for stream, n in checker.last_seq.items()}
    run.num_events = last
    run.save(update_fields=["num_events", "stop", "exit_status", "reason", "stop_time", "search_text"])
    refused.delete()


def record_of(row: Quarantine) -> Record:
    """Give a refused document as it came.

    Raises
    ------
    InvalidError
        It was no JSON-like value, so that only a likeness of it is kept: it must be mended.
    """
    try:
        doc: Any = loads(row.body or b"")
    except ValueError as error:
        raise InvalidError(
            f"Document {row.ordinal} of run {row.run_uid} was no JSON-like value.", hint="Send it mended."
        ) from error
    return Record(row.run_uid, row.ordinal, row.name, doc)


def _require_free(run: Run, ordinal: int) -> None:
    pages = EventPage.objects.filter(run=run, first_ordinal__lte=ordinal, last_ordinal__gte=ordinal)
    spans = pages.values_list("ordinals", "first_ordinal", "last_ordinal")
    in_page = any(ordinal in (listed or range(first, last + 1)) for listed, first, last in spans)
    if in_page or Document.objects.filter(run=run, ordinal=ordinal).exists():
        raise ConflictError(f"Run {run.uid} has another document in place {ordinal}.")
