"""Whether the catalogue holds what it says: counts, order, references, columns, files."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.access import Scope, require
from accounts.actor import Actor
from catalog import selectors
from catalog.documents.encoding import dumps
from catalog.models import Document, EventPage, Quarantine, Run, RunAttachment
from catalog.storage.reading import read_pages

_PIECE = 2**20
_UNREADABLE = (ArithmeticError, LookupError, TypeError, ValueError, struct.error)


@dataclass
class Verdict:
    """What was found of one run.

    Attributes
    ----------
    digest
        SHA-256 over all documents in their order, as JSON under the encoding rule: the same for the same run
        wherever it is stored.
    """

    uid: str
    documents: int = 0
    events: int = 0
    digest: str = ""
    faults: list[str] = field(default_factory=list)


def verify_runs(*, actor: Actor, uid: str = "", since: float | None = None) -> Iterator[Verdict]:
    """Check runs one by one, the oldest first: all, one, or those that began at `since` or later.

    Of each run: every ordinal is there once, or in quarantine; events are as many as their pages and columns
    say; the counters of the run and of its stop agree; references lead to documents before them; what is
    given back can be read; attached files have their size and hash.

    Raises
    ------
    ForbiddenError
        The actor is not the installation itself or a facility administrator.
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    rows = Run.objects.order_by("time", "id")
    if uid:
        rows = rows.filter(pk=selectors.run(actor, uid).pk)
    if since is not None:
        rows = rows.filter(time__gte=since)
    for pk in rows.values_list("pk", flat=True).iterator(chunk_size=500):
        run = Run.objects.filter(pk=pk).first()
        if run is not None:
            yield _verified(actor, run)


def _verified(actor: Actor, run: Run) -> Verdict:
    verdict = Verdict(run.uid)
    checks: dict[str, Callable[[], Iterable[str]]] = {
        "ordinals": lambda: _ordinals(run),
        "columns": lambda: _columns(run),
        "attachments": lambda: _attachments(run),
        "documents": lambda: _documents(actor, run, verdict),
    }
    for what, check in checks.items():
        try:
            verdict.faults += check()
        except _UNREADABLE as error:
            verdict.faults.append(f"{what} cannot be read: {type(error).__name__}: {error}")
    return verdict


def _ordinals(run: Run) -> Iterator[str]:
    seen: list[int] = list(Document.objects.filter(run=run).values_list("ordinal", flat=True))
    for ordinals, first, last in EventPage.objects.filter(run=run).values_list(
        "ordinals", "first_ordinal", "last_ordinal"
    ):
        seen += ordinals if ordinals is not None else range(first, last + 1)
    refused = Quarantine.objects.filter(run_uid=run.uid, beamline=run.beamline_id, is_stored=False)
    known = set(seen)
    missing = set(range(run.last_ordinal + 1)) - known - set(refused.values_list("ordinal", flat=True))
    if len(known) != len(seen):
        yield f"{len(seen) - len(known)} ordinals are there twice"
    if missing:
        yield f"{len(missing)} documents are missing, first {min(missing)}"
    if any(n > run.last_ordinal for n in known):
        yield f"there are documents behind the last one, {run.last_ordinal}"


def _columns(run: Run) -> Iterator[str]:
    pages = EventPage.objects.filter(run=run)
    for pk, size in pages.order_by("first_ordinal").values_list("pk", "size"):
        (page,) = read_pages(pages.filter(pk=pk))
        document = page.document()
        lengths = {len(document[key]) for key in ("uid", "time", "seq_num")}
        lengths |= {len(c) for group in ("data", "timestamps") for c in document[group].values()}
        if lengths != {size}:
            yield f"page {page.first_ordinal} says {size} events, its columns have {sorted(lengths)}"
        if (min(document["seq_num"]), max(document["seq_num"])) != (page.first_seq, page.last_seq):
            yield f"page {page.first_ordinal} says other seq_nums than it holds"


def _attachments(run: Run) -> Iterator[str]:
    for attachment in RunAttachment.objects.filter(run=run):
        digest = hashlib.sha256()
        try:
            with selectors.attachment_path(attachment).open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
        except OSError as error:
            yield f"attachment {attachment.name!r} cannot be read: {error.strerror}"
            continue
        if digest.hexdigest() != attachment.sha256:
            yield f"attachment {attachment.name!r} is not what was attached"


def _documents(actor: Actor, run: Run, verdict: Verdict) -> Iterator[str]:
    """Read every document, and see that each leads to those before it."""
    digest, known = hashlib.sha256(), set()
    highest: dict[str, int] = {}
    streams: dict[str, str] = {}
    last: tuple[str, Any] = ("", {})
    for _, name, doc in selectors.iter_documents(actor, run.uid):
        digest.update(dumps([name, doc]) + b"\n")
        verdict.documents += 1
        missing = [uid for uid in _named(name, doc) if uid not in known]
        if missing:
            yield f"{name} refers to {missing[0]!r}, which is not before it"
        known.add(doc.get("uid") if name != "event_page" else None)
        if name == "descriptor":
            streams[doc["uid"]] = doc.get("name", "")
            highest.setdefault(streams[doc["uid"]], 0)
        numbers = [doc["seq_num"]] if name == "event" else doc["seq_num"] if name == "event_page" else []
        verdict.events += len(numbers)
        if numbers:
            stream = streams.get(doc["descriptor"], "")
            highest[stream] = max(highest.get(stream, 0), *numbers)
        last = (name, doc)
    verdict.digest = digest.hexdigest()
    yield from _counters(run, highest, last)


def _counters(run: Run, highest: dict[str, int], last: tuple[str, Any]) -> Iterator[str]:
    for stream, number in highest.items():
        if number > run.num_events.get(stream, 0):
            yield f"stream {stream!r} goes to seq_num {number}, the run says {run.num_events.get(stream, 0)}"
    if not run.is_open and last[0] != "stop":
        yield f"the run is ended, its last document is a {last[0]}"
    if run.is_open and last[0] == "stop":
        yield "the run has a stop document and is not ended"


def _named(name: str, doc: dict[str, Any]) -> Iterator[str]:
    if name in ("event", "event_page", "stream_datum"):
        yield doc["descriptor"]
    if name in ("descriptor", "stop"):
        yield doc["run_start"]
    if name in ("datum", "datum_page"):
        yield doc["resource"]
    if name == "stream_datum":
        yield doc["stream_resource"]
