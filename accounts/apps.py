"""The Django app that answers who may do what."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, beamlines, proposals, memberships, API keys and the audit log."""

    name = "accounts"
    label = "accounts"
    verbose_name = "Accounts and access"
    default_auto_field = "django.db.models.BigAutoField"
