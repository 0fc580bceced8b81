"""Searches that people keep, for themselves or for those of a beamline or proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.access import Scope, require, require_in_key, visible
from accounts.actor import Actor
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from accounts.selectors import beamline_named, proposal_numbered
from catalog.models import SavedSearch
from catalog.queries import RunQuery
from catalog.search.questions import run_query
from catalog.selectors.conditions import condition
from catalog.selectors.orders import order_of

MAX_SEARCHES = 200
"""Searches of one person."""

QUESTION_KEYS = ("q", "plan", "proposal", "beamline", "status", "scan_id", "since", "until", "sort")
"""What a question may hold: parameters of the list of runs."""


def saved_searches(actor: Actor) -> QuerySet[SavedSearch]:
    """Give the searches of `actor`, and those shared with a beamline or proposal that `actor` sees."""
    require_in_key(actor, Scope.RUN_READ)
    rows = SavedSearch.objects.select_related("owner", "beamline", "proposal")
    shared = SavedSearch.objects.order_by()
    with_beamline = visible(actor, shared.filter(beamline__isnull=False), proposal=None)
    with_proposal = visible(actor, shared.filter(proposal__isnull=False), beamline=None)
    return rows.filter(
        Q(owner_id=actor.account_pk)
        | Q(pk__in=with_beamline.values("pk"))
        | Q(pk__in=with_proposal.values("pk"))
    )


def saved_search(actor: Actor, uid: UUID) -> SavedSearch:
    """Give one saved search; raise NotFoundError when `actor` sees none with this uid."""
    found = saved_searches(actor).filter(uid=uid).first()
    if found is None:
        raise NotFoundError("There is no such saved search that you can see.")
    return found


def save_search(
    *, actor: Actor, name: str, question: Mapping[str, Any], beamline: str = "", proposal: str = ""
) -> SavedSearch:
    """Keep a search of `actor` under a name, shared with a beamline or a proposal if one is named.

    Writes one SavedSearch and one audit entry ``search.saved``.

    Raises
    ------
    NotSignedInError
        No account stands behind the actor.
    InvalidError
        The question cannot be asked, both places are named, or 200 searches are kept already.
    ForbiddenError
        The actor may not annotate runs there, and so not share a search.
    NotFoundError
        The actor sees no such beamline or proposal.
    ConflictError
        Another search of the actor has the name.
    """
    require_in_key(actor, Scope.RUN_ANNOTATE)
    if actor.user_id is None:
        raise NotSignedInError()
    if SavedSearch.objects.filter(owner_id=actor.user_id).count() >= MAX_SEARCHES:
        raise InvalidError(f"{MAX_SEARCHES} saved searches are the most.", hint="Delete one first.")
    row = SavedSearch(owner_id=actor.user_id)
    return _written(
        actor, row, "search.saved", name=name, question=question, beamline=beamline, proposal=proposal
    )


def change_search(*, actor: Actor, uid: UUID, **changes: Any) -> SavedSearch:
    """Change name, question, beamline or proposal of a search that `actor` owns.

    Writes the row and one audit entry ``search.changed``; raises what `save_search` does.
    """
    row = _own(actor, uid)
    kept = {
        "name": row.name,
        "question": row.question,
        "beamline": row.beamline.name if row.beamline else "",
        "proposal": row.proposal.number if row.proposal else "",
    }
    return _written(actor, row, "search.changed", **{**kept, **changes})


def forget_search(*, actor: Actor, uid: UUID) -> None:
    """Delete a search that `actor` owns. Writes one audit entry ``search.forgotten``."""
    with transaction.atomic():
        row = _own(actor, uid)
        _record(actor, row, "search.forgotten")
        row.delete()


def _own(actor: Actor, uid: UUID) -> SavedSearch:
    require_in_key(actor, Scope.RUN_ANNOTATE)
    row = saved_search(actor, uid)
    if row.owner_id != actor.account_pk:
        raise ForbiddenError(f"The search {row.name!r} belongs to {row.owner.get_username()}.")
    return row


def _written(
    actor: Actor,
    row: SavedSearch,
    action: str,
    *,
    name: str,
    question: Mapping[str, Any],
    beamline: str,
    proposal: str,
) -> SavedSearch:
    if beamline and proposal:
        raise InvalidError("A search is shared with a beamline or with a proposal, not with both.")
    _require_question(question)
    row.name, row.question = name, dict(question)
    row.beamline = beamline_named(actor, beamline) if beamline else None
    row.proposal = proposal_numbered(actor, proposal) if proposal else None
    if row.beamline is not None:
        require(actor, Scope.RUN_ANNOTATE, beamline=row.beamline.name)
    if row.proposal is not None:
        require(actor, Scope.RUN_ANNOTATE, proposal_id=row.proposal.pk)
    try:
        with transaction.atomic():
            row.save()
            _record(actor, row, action)
    except IntegrityError as error:
        raise ConflictError(
            f"You have a search named {name!r} already.", hint="Choose another name."
        ) from error
    return row


def _require_question(question: Mapping[str, Any]) -> None:
    """Refuse a question that could not be asked, with the fields that are wrong."""
    unknown = sorted(set(question) - set(QUESTION_KEYS))
    if unknown:
        raise InvalidError(
            fields={f"question.{key[:40]}": ["This is no part of a search."] for key in unknown}
        )
    texts = {key: question.get(key) or "" for key in QUESTION_KEYS if key != "scan_id"}
    wrong = [key for key, text in texts.items() if not isinstance(text, str) or len(text) > 1000]
    if wrong:
        raise InvalidError(fields={f"question.{key}": ["Write text."] for key in wrong})
    query = RunQuery(status=texts["status"])
    condition(run_query(texts["q"], since=texts["since"], until=texts["until"], query=query))
    order_of(tuple(key for key in texts["sort"].split(",") if key))


def _record(actor: Actor, row: SavedSearch, action: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="search",
        object_id=row.uid,
        beamline=row.beamline.name if row.beamline else "",
        proposal=row.proposal.number if row.proposal else "",
        after={"name": row.name, "question": row.question},
    )
