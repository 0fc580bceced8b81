"""What a person can be in a proposal, at a beamline."""

from __future__ import annotations

from django.db import models


class ProposalRole(models.TextChoices):
    """What a person is in a proposal, or for one visit of it."""

    PRINCIPAL_INVESTIGATOR = "principal_investigator", "principal investigator"
    MEMBER = "member", "member"
    OBSERVER = "observer", "observer"


class StaffRole(models.TextChoices):
    """What a person is at a beamline."""

    BEAMLINE_STAFF = "beamline_staff", "beamline staff"
    LOCAL_CONTACT = "local_contact", "local contact"
