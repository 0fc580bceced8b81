"""What a run's row says about its metadata, after they were changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.ingest.rows import plan_name_of, printable, scan_id_of, search_text
from catalog.models import Run, RunLink

MAX_SOURCES = 1000
DERIVED_FROM = "derived_from"
"""Key of a start document that names the runs that this one was made from: a uid, or a list of uids."""


def set_metadata(run: Run, metadata: Mapping[str, Any], revision: int) -> None:
    """Let a run be found by changed metadata; its documents stay."""
    proposal = run.proposal.number if run.proposal else ""
    text = search_text((run.username, proposal, run.beamline.name), metadata)
    run.start = dict(metadata)
    run.revision = revision
    run.scan_id, run.plan_name = scan_id_of(metadata), plan_name_of(metadata)
    run.search_text = f"{text}\n{run.reason[:4000]}" if run.reason else text
    run.save(update_fields=["start", "revision", "scan_id", "plan_name", "search_text"])


def link_sources(run: Run) -> None:
    """Link a new run to those that its start document says it was derived from."""
    links = [
        RunLink(run=run, target=uid, relation=DERIVED_FROM, author=run.username, is_document=True)
        for uid in dict.fromkeys(_sources(run.start.get(DERIVED_FROM)))
        if uid != run.uid
    ]
    RunLink.objects.bulk_create(links[:MAX_SOURCES])


def _sources(value: Any) -> Iterator[str]:
    for uid in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
        if isinstance(uid, str) and 0 < len(uid) <= 80:
            yield printable(uid)
