"""The Django app of the acquisition side: queue, worker and their REST."""

from django.apps import AppConfig


class AcquisitionConfig(AppConfig):
    """From a plan to documents."""

    name = "acquisition"
    label = "acquisition"
    verbose_name = "Acquisition"
    default_auto_field = "django.db.models.BigAutoField"
