"""What the queue server's clients keep at a beamline besides its queue: their lock, and what of the history
they have cleared away."""

from django.db import models


class ClientDesk(models.Model):
    """One row a beamline."""

    beamline = models.OneToOneField("accounts.Beamline", on_delete=models.PROTECT, related_name="client_desk")
    locks_environment = models.BooleanField(default=False)
    locks_queue = models.BooleanField(default=False)
    lock_digest = models.CharField(max_length=64, blank=True, default="", help_text="of the shared key")
    locked_by = models.CharField(max_length=150, blank=True, default="")
    locked_at = models.DateTimeField(null=True, blank=True)
    lock_note = models.TextField(blank=True, default="")
    cleared_until = models.DateTimeField(
        null=True, blank=True, help_text="items that ended then or before are not shown in the history"
    )

    def __str__(self) -> str:
        return f"desk of {self.beamline_id}"

    @property
    def is_locked(self) -> bool:
        """Tell whether anything is locked."""
        return self.locks_environment or self.locks_queue
