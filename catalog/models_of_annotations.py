"""Rows of what people add to a run afterwards; its documents stay as they came."""

from __future__ import annotations

import uuid

from django.db import models


class RunTag(models.Model):
    """A short name that somebody put on a run, to find it by."""

    run = models.ForeignKey("catalog.Run", on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=64)
    author = models.TextField(help_text="user name of who put it")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="catalog_run_tag_once")]
        indexes = [models.Index(fields=["name", "run"], name="catalog_run_tag_name")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"


class RunRevision(models.Model):
    """The metadata of a run as somebody changed it; ``changes`` is what differs from the revision before.

    Revision 0 is the start document; it has no row.
    """

    run = models.ForeignKey("catalog.Run", on_delete=models.CASCADE, related_name="revisions")
    number = models.IntegerField()
    metadata = models.JSONField(help_text="the whole, under the encoding rule, with the order of keys")
    changes = models.JSONField(help_text="a JSON merge patch, null for keys that were taken away")
    author = models.TextField()
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="catalog_run_revision_once")]

    def __str__(self) -> str:
        return f"{self.run_id} revision {self.number}"


class RunNote(models.Model):
    """Text that somebody wrote about a run, as Markdown."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    run = models.ForeignKey("catalog.Run", on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    author = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    edited_by = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.text[:40]}"


class RunAttachment(models.Model):
    """A file that somebody added to a run; its bytes lie under the data folder by its uid."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    run = models.ForeignKey("catalog.Run", on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200, help_text="as it was called; never a path")
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    author = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"


class RunLink(models.Model):
    """Says how a run belongs to another; the other is named by its uid, so it may come later or be gone.

    With ``is_document`` the run's own start document says so (``derived_from``).
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    run = models.ForeignKey("catalog.Run", on_delete=models.CASCADE, related_name="links")
    target = models.TextField(help_text="uid of the other run")
    relation = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    author = models.TextField(blank=True)
    is_document = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "target", "relation"], name="catalog_run_link_once")
        ]
        indexes = [models.Index(fields=["target"], name="catalog_run_link_target")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.relation} {self.target}"


class RetentionRule(models.Model):
    """How long runs are kept: of one proposal, of one beamline, or of the whole facility."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    beamline = models.ForeignKey("accounts.Beamline", on_delete=models.CASCADE, related_name="+", null=True)
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.CASCADE, related_name="+", null=True)
    days = models.PositiveIntegerField(null=True, help_text="after the stop; null keeps for good")
    with_assets = models.BooleanField(default=False, help_text="also delete the files of a run")
    note = models.TextField(blank=True)
    author = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["beamline", "proposal"], nulls_distinct=False, name="catalog_retention_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days} days"
