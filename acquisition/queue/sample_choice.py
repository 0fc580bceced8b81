"""Which sample of the proposal's registry an item is about.

An item names it in its metadata: ``{"sample_uid": "<uid>"}``. It is looked up when the item is submitted, and
again when it starts, so that the run says where the sample is then.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from accounts.errors import InvalidError
from accounts.sample_selectors import sample_of_runs, samples_by_uid
from acquisition.queue.draft import Draft

UID: Final = "sample_uid"


class SampleBook:
    """The samples of one proposal, read once, when the first draft names one."""

    def __init__(self, proposal_id: int) -> None:
        self._proposal_id = proposal_id

    @cached_property
    def _names(self) -> dict[str, str]:
        return samples_by_uid(self._proposal_id)

    def checked(self, draft: Draft) -> Draft:
        """Give the draft with uid and name of its sample; as it is when it names none by its uid.

        Raises
        ------
        InvalidError
            The proposal has no such sample.
        """
        uid = named_uid(draft.metadata)
        if uid is None:
            return draft
        name = self._names.get(uid)
        if name is None:
            told = "not among the samples of this proposal"
            raise InvalidError(
                f"There is no sample {uid[:80]!r} in this proposal.", fields={f"metadata.{UID}": [told]}
            )
        return replace(draft, metadata={**draft.metadata, UID: uid, "sample": name})


def named_uid(metadata: Mapping[str, Any]) -> str | None:
    """Give the uid of the sample that metadata name; None where they name none, or by its name only."""
    uid = metadata.get(UID)
    return str(uid).lower() if uid else None


def sample_at_start(metadata: Mapping[str, Any], proposal_id: int) -> dict[str, Any]:
    """Give what a start document says of the sample, as the registry has it now."""
    uid = named_uid(metadata)
    found = sample_of_runs(proposal_id, uid) if uid else None
    return {"sample": found} if found else {}
