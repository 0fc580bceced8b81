"""Rows of visits: who comes with which proposal, to which beamline, from when to when."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from accounts.roles import ProposalRole


class Visit(models.Model):
    """Time of one proposal on one beamline, for the people of the visit."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=80, unique=True, help_text="The proposal's number and a count.")
    external_id = models.CharField(
        max_length=100, null=True, blank=True, unique=True, help_text="Its name in the system it came from."
    )
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.PROTECT, related_name="visits")
    beamline = models.ForeignKey("accounts.Beamline", on_delete=models.PROTECT, related_name="visits")
    starts_at = models.DateTimeField(help_text="Control only from then on.")
    ends_at = models.DateTimeField(help_text="Control only until then.")
    local_contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who of the beamline's staff looks after the visit.",
    )
    note = models.CharField(max_length=300, blank=True)
    is_cancelled = models.BooleanField(default=False)

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["beamline", "-starts_at"], name="accounts_visit_beamline")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="accounts_visit_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class VisitMember(models.Model):
    """One person's role for one visit: what they may do at the beamline while it lasts."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="visit_memberships"
    )
    role = models.CharField(max_length=32, choices=ProposalRole.choices, default=ProposalRole.MEMBER)

    class Meta:
        ordering = ["visit_id", "user_id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "user"], name="accounts_visit_member_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=ProposalRole.values), name="accounts_visit_member_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.visit_id}: {self.role}"
