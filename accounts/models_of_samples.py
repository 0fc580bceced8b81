"""Rows of samples: what a proposal brings to the beam."""

from __future__ import annotations

import uuid

from django.db import models


class Sample(models.Model):
    """One sample of a proposal; queue items and runs carry its uid and name."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.PROTECT, related_name="samples")
    external_id = models.CharField(
        max_length=100, null=True, blank=True, unique=True, help_text="Its name in the system it came from."
    )
    name = models.CharField(max_length=200)
    composition = models.CharField(max_length=300, blank=True, help_text="As in LaB6, Fe2O3 on Si.")
    preparation = models.TextField(blank=True)
    contrast = models.CharField(max_length=200, blank=True, help_text="As in deuterated, stained.")
    hazards = models.JSONField(default=list, blank=True, help_text="A list of texts: toxic, H301, …")
    metadata = models.JSONField(default=dict, blank=True)
    holder = models.CharField(max_length=100, blank=True)
    position = models.CharField(max_length=100, blank=True, help_text="Its place in the holder.")
    is_archived = models.BooleanField(default=False, help_text="No longer offered; runs keep it.")
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["proposal_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "name"], name="accounts_sample_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
