"""Rows of the visit logbook; runs are not copied into it, but read from the catalogue between the entries."""

import uuid

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

BEAMLINE = "accounts.Beamline"


class EntryKind(models.TextChoices):
    """What an entry is for: the record of the visit, or a word to those who are there."""

    ENTRY = "entry", "entry"
    CHAT = "chat", "chat"


class Entry(models.Model):
    """One thing that somebody wrote down for a proposal at a beamline."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    beamline = models.ForeignKey(BEAMLINE, on_delete=models.PROTECT, related_name="log_entries")
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.PROTECT, related_name="log_entries")
    author = models.CharField(max_length=150)
    kind = models.CharField(max_length=8, choices=EntryKind.choices, default=EntryKind.ENTRY)
    text = models.TextField()
    run_uid = models.CharField(max_length=80, blank=True, default="", help_text="the run it is about")
    mentions = models.JSONField(default=list, help_text="usernames that were told of it")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(F("beamline"), F("created_at").desc(), name="log_of_beamline"),
            models.Index(F("beamline"), F("changed_at").desc(), name="log_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.author} {self.created_at:%Y-%m-%d %H:%M}: {self.text[:40]}"


class EntryAttachment(models.Model):
    """A file with an entry; it lies in the folder of attachments under its uid."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.name} ({self.size} B)"


class Watcher(models.Model):
    """Somebody who has a page of the beamline open, and when that was last so."""

    beamline = models.ForeignKey(BEAMLINE, on_delete=models.CASCADE, related_name="watchers")
    username = models.CharField(max_length=150)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["beamline", "username"], name="watcher_once")]

    def __str__(self) -> str:
        return f"{self.username} at {self.beamline_id}"
