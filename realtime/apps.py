"""The app that shows what is stored while it happens."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Connects the doorbell to the catalogue."""

    name = "realtime"

    def ready(self) -> None:
        """Publish documents once they are stored."""
        from catalog.signals import documents_stored
        from realtime.doorbell import ring_stored

        documents_stored.connect(ring_stored, dispatch_uid="realtime.doorbell")
