"""Everything that writes samples: by those who may annotate the runs of the proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import audit, json_gate, selectors
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.models import Sample
from accounts.sample_selectors import sample_dict, sample_with

FACTS: Final = (
    "name",
    "composition",
    "preparation",
    "contrast",
    "hazards",
    "metadata",
    "holder",
    "position",
    "external_id",
)
MAX_SAMPLES: Final = 20_000
MAX_TEXT: Final = 4_000
MAX_HAZARDS: Final = 50
MAX_METADATA_BYTES: Final = 20_000


@transaction.atomic
def create_sample(*, actor: Actor, proposal: str, **facts: Any) -> Sample:
    """Add a sample to a proposal; audits ``sample.created``.

    Needs `run:annotate` in the proposal: its members and principal investigators, staff of its beamlines.

    Parameters
    ----------
    facts
        Of `FACTS`; ``name`` at least, which no other sample of the proposal has.

    Raises
    ------
    InvalidError, ConflictError
        A fact cannot be kept; the name is taken.
    """
    tenant = selectors.proposal_numbered(actor, proposal)
    require(actor, Scope.RUN_ANNOTATE, proposal_id=tenant.pk)
    if Sample.objects.filter(proposal=tenant).count() >= MAX_SAMPLES:
        raise ConflictError(f"Proposal {proposal} has {MAX_SAMPLES} samples already.")
    sample = Sample(proposal=tenant, created_by=actor.username)
    _write(sample, facts)
    _audit(actor, "sample.created", sample, None, sample_dict(sample))
    return sample


@transaction.atomic
def change_sample(*, actor: Actor, uid: str, reason: str = "", **changes: Any) -> Sample:
    """Change facts of a sample; audits ``sample.changed``. Runs taken before keep what it was then."""
    sample = _sample_for_update(actor, uid)
    before = sample_dict(sample)
    _write(sample, changes)
    _audit(actor, "sample.changed", sample, before, sample_dict(sample), reason)
    return sample


@transaction.atomic
def archive_sample(*, actor: Actor, uid: str, is_archived: bool = True, reason: str = "") -> Sample:
    """Offer a sample no longer, or again; audits ``sample.archived`` or ``sample.restored``, once."""
    sample = _sample_for_update(actor, uid)
    if sample.is_archived != is_archived:
        sample.is_archived = is_archived
        sample.save(update_fields=["is_archived", "changed_at"])
        action = "sample.archived" if is_archived else "sample.restored"
        _audit(actor, action, sample, None, {"is_archived": is_archived}, reason)
    return sample


def _sample_for_update(actor: Actor, uid: str) -> Sample:
    seen = sample_with(actor, uid)
    require(actor, Scope.RUN_ANNOTATE, proposal_id=seen.proposal_id)
    return Sample.objects.select_related("proposal").select_for_update(of=("self",)).get(pk=seen.pk)


def _write(sample: Sample, facts: Mapping[str, Any]) -> None:
    for name in FACTS:
        if name in facts:
            setattr(sample, name, facts[name])
    sample.external_id = sample.external_id or None
    _check(sample)
    try:
        sample.full_clean()
        with transaction.atomic():
            sample.save()
    except ValidationError as error:
        raise InvalidError(f"{sample.name!r} cannot be a sample.", fields=error.message_dict) from error
    except IntegrityError as error:
        raise ConflictError(
            f"There is a sample {sample.name!r} in {sample.proposal.number} already."
        ) from error


def _check(sample: Sample) -> None:
    for name in FACTS:
        value = getattr(sample, name)
        if isinstance(value, str):
            json_gate.check_text(value, name=name, max_length=MAX_TEXT)
    hazards = sample.hazards
    if not isinstance(hazards, list) or len(hazards) > MAX_HAZARDS:
        raise _wrong("hazards", f"a list of at most {MAX_HAZARDS} texts")
    for hazard in hazards:
        if not isinstance(hazard, str):
            raise _wrong("hazards", "texts only")
        json_gate.check_text(hazard, name="hazards", max_length=200)
    if not isinstance(sample.metadata, dict):
        raise _wrong("metadata", "an object of keys and values")
    json_gate.check(sample.metadata, max_values=2_000)
    if len(str(sample.metadata)) > MAX_METADATA_BYTES:
        raise _wrong("metadata", f"at most {MAX_METADATA_BYTES} characters")


def _wrong(name: str, text: str) -> InvalidError:
    return InvalidError(f"{name}: {text}.", fields={name: [text]})


def _audit(actor: Actor, action: str, sample: Sample, before: Any, after: Any, reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="sample",
        object_id=str(sample.uid),
        proposal=sample.proposal.number,
        before=before,
        after=after,
        reason=reason,
    )
