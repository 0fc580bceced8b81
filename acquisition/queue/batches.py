"""Many items at once: from a list or a table to drafts, with the faults of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.access import Scope
from accounts.actor import Actor
from accounts.errors import InvalidError
from accounts.selectors import beamline_named, place_and_proposal
from acquisition.queue.draft import Draft, check_draft
from acquisition.queue.estimates import Estimator
from acquisition.queue.permits import NotPermittedError, permit_of
from acquisition.queue.sample_choice import SampleBook
from acquisition.queue.sheets import Row, SheetError, is_spreadsheet, lines_of, read_sheet, text_of
from acquisition.queue.validation import environment_of


def read_table(actor: Actor, beamline: str, *, proposal: str, data: bytes, plan: str = "") -> dict[str, Any]:
    """Check a table of plans without queueing anything.

    Returns
    -------
    dict
        ``rows``: each with its line, item, faults, points and seconds; ``faulty``: how many have faults;
        ``points`` and ``estimated_s`` of all that have none; ``text``: an XLSX file as the text to correct
        it in, None of what was text.
    """
    place, tenant = place_and_proposal(actor, Scope.QUEUE_WRITE, beamline=beamline, proposal=proposal)
    environment = environment_of(beamline)
    try:
        lines = lines_of(data)
        rows = read_sheet(lines, environment.plans, plan=plan)
    except SheetError as error:
        raise InvalidError(str(error), fields={"table": [str(error)]}) from error
    estimator = Estimator(beamline)
    permit = permit_of(actor, beamline, proposal_id=tenant.pk)
    book = SampleBook(tenant.pk)
    told = []
    for row in rows:
        estimate = None
        if not row.faults:
            try:
                draft = book.checked(draft_from(row.item, place.time_zone))
                estimate = check_draft(environment, place.pk, draft, estimator, permit)
            except (InvalidError, NotPermittedError) as error:
                row.faults = error.fields or {"row": [str(error)]}
        told.append(_told(row, estimate))
    good = [row for row in told if not row["faults"]]
    return {
        "rows": told,
        "faulty": len(told) - len(good),
        "points": sum(row["points"] or 0 for row in good),
        "estimated_s": round(sum(row["estimated_s"] or 0.0 for row in good), 3),
        "text": text_of(lines) if is_spreadsheet(data) else None,
    }


def draft_from(item: Mapping[str, Any], time_zone: str) -> Draft:
    """Give the draft that a row asks for; a moment without a zone is the beamline's own time."""
    given = dict(item)
    text = given.get("not_before")
    if text:
        given["not_before"] = _moment(text, time_zone)
    return Draft(**given)


def _moment(text: str, time_zone: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        told = f"{text!r} is no moment: write it as 2026-01-31 08:00"
        raise InvalidError(told, fields={"not_before": [told]}) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))


def _told(row: Row, estimate: Any) -> dict[str, Any]:
    return {
        "line": row.line,
        "item": row.item,
        "faults": row.faults,
        "points": estimate.points if estimate else None,
        "estimated_s": estimate.seconds if estimate else None,
    }


def drafts_of(actor: Actor, beamline: str, rows: Sequence[Mapping[str, Any]]) -> list[Draft]:
    """Give the drafts of checked rows.

    Raises
    ------
    InvalidError
        A row has faults; ``fields`` names line and column.
    """
    fields = {f"line {row['line']}.{name}": texts for row in rows for name, texts in row["faults"].items()}
    if fields:
        faulty = sum(bool(row["faults"]) for row in rows)
        raise InvalidError(f"{faulty} of {len(rows)} rows cannot run; none was queued.", fields=fields)
    time_zone = beamline_named(actor, beamline).time_zone
    return [draft_from(row["item"], time_zone) for row in rows]
