"""Rows of the door: browser sessions, second factors with their recovery codes, and identities elsewhere."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone


class Session(AbstractBaseSession):
    """A browser's session, with what its owner needs to know it by; without user while nobody is in."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    address = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type:
        """Give the store that reads and writes these rows."""
        from accounts.door.session_store import SessionStore

        return SessionStore


class SecondFactor(models.Model):
    """The secret that a person's phone and this site share; a draft until a code from it was right."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.CharField("secret, encrypted", max_length=255)
    last_step = models.BigIntegerField("time step of the last code taken", default=0)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """A code that opens once when the phone is lost. Only its SHA-256 is kept."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="recovery_codes")
    hashed = models.CharField("SHA-256 of the code", max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "hashed"], name="accounts_recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class Identity(models.Model):
    """Who a person is at an identity provider: the provider's stable subject, which opens one account."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="identities")
    provider = models.CharField("issuer, or address of the directory", max_length=255)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="accounts_identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of {self.provider}"
