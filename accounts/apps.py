"""The Django app that answers who may do what."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, beamlines, proposals, memberships, API keys and the audit log."""

    name = "accounts"
    label = "accounts"
    verbose_name = "Accounts and access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Describe each session that Django opens."""
        from django.contrib.auth.signals import user_logged_in

        from accounts.door.seen import on_signed_in

        user_logged_in.connect(on_signed_in, dispatch_uid="accounts.door.sessions")
