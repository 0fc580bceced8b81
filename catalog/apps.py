"""The catalogue app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """What happened, kept and found."""

    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
