"""What may be read of samples: those of the proposals that one may see."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from accounts import selectors
from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from accounts.errors import NotFoundError
from accounts.json_gate import check_text
from accounts.models import Sample

SEARCHED = ("name", "composition", "preparation", "contrast", "holder", "position", "external_id")
TOLD_IN_RUNS = ("composition", "preparation", "contrast", "hazards", "holder", "position")


def samples(
    actor: Actor, *, proposal: str = "", q: str = "", with_archived: bool = False
) -> QuerySet[Sample]:
    """Give the samples that `actor` may see.

    Parameters
    ----------
    proposal
        Number of the only proposal that is asked for.
    q
        Words that have to stand in the facts of the sample, in any of them.
    """
    require_in_key(actor, Scope.RUN_READ)
    rows = Sample.objects.filter(proposal__in=selectors.proposals(actor).values("pk"))
    if proposal:
        rows = rows.filter(proposal__number=proposal)
    for word in check_text(q, name="q", max_length=200).split():
        found = Q()
        for name in SEARCHED:
            found |= Q((f"{name}__icontains", word))
        rows = rows.filter(found)
    if not with_archived:
        rows = rows.filter(is_archived=False)
    return rows.select_related("proposal")


def is_uid(text: str) -> bool:
    """Tell whether a text can be the uid of a sample."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def sample_with(actor: Actor, uid: str) -> Sample:
    """Give one sample, archived or not; NotFoundError when there is none that `actor` may see."""
    found = samples(actor, with_archived=True).filter(uid=uid).first() if is_uid(uid) else None
    if found is None:
        raise NotFoundError(f"There is no sample {uid[:80]!r} that you can see.")
    return found


def samples_by_uid(proposal_id: int) -> dict[str, str]:
    """Give the names of the samples that may be measured for a proposal, by uid: for who acts for it."""
    rows = Sample.objects.filter(proposal_id=proposal_id, is_archived=False)
    return {str(uid): name for uid, name in rows.values_list("uid", "name")}


def sample_of_runs(proposal_id: int, uid: str) -> dict[str, Any] | None:
    """Give what the start document of a run says of its sample, as the registry has it now."""
    own = Sample.objects.filter(proposal_id=proposal_id)
    sample = own.filter(uid=uid).first() if is_uid(uid) else None
    if sample is None:
        return None
    told = {name: getattr(sample, name) for name in TOLD_IN_RUNS}
    known = {name: value for name, value in told.items() if value}
    free = {"metadata": sample.metadata} if sample.metadata else {}
    return {"name": sample.name, "uid": str(sample.uid), **known, **free}


def sample_dict(sample: Sample) -> dict[str, Any]:
    """Give a sample as JSON-able values."""
    return {
        "uid": str(sample.uid),
        "proposal": sample.proposal.number,
        "external_id": sample.external_id,
        "name": sample.name,
        "composition": sample.composition,
        "preparation": sample.preparation,
        "contrast": sample.contrast,
        "hazards": sample.hazards,
        "metadata": sample.metadata,
        "holder": sample.holder,
        "position": sample.position,
        "is_archived": sample.is_archived,
        "created_by": sample.created_by,
        "created_at": sample.created_at,
        "changed_at": sample.changed_at,
    }
