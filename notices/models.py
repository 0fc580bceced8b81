"""Rows of what people are told, and of how they want to be told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class NoticeKind(models.TextChoices):
    """What a notice is about."""

    ITEM_FAILED = "item_failed", "an item of yours failed"
    ATTENTION = "attention", "a beamline needs attention"
    MENTION = "mention", "somebody names you in a log"


class Notice(models.Model):
    """One thing that one person is told; seen once they have looked at it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=NoticeKind.choices)
    beamline = models.CharField(max_length=64, blank=True, default="")
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True, default="")
    link = models.CharField(max_length=300, blank=True, default="", help_text="a page of this site")
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True, blank=True)
    is_to_be_mailed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(F("user"), F("id").desc(), name="notice_of_person"),
            models.Index(fields=["id"], condition=Q(is_to_be_mailed=True), name="notice_to_be_mailed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}: {self.title}"


class NoticeChoices(models.Model):
    """How one person wants to be told; without a row: in the page, silently."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    sound = models.BooleanField(default=False)
    browser = models.BooleanField("by the browser, also while the page is hidden", default=False)
    mail = models.JSONField("kinds that come by e-mail", default=list)

    def __str__(self) -> str:
        return f"choices of {self.user_id}"
