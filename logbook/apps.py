"""The app of the visit logbook."""

from django.apps import AppConfig


class LogbookConfig(AppConfig):
    """What people at a beamline tell each other, and who is there."""

    name = "logbook"
