"""The Django app that answers who may do what."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, beamlines, proposals, memberships, API keys and the audit log."""

    name = "accounts"
    label = "accounts"
    verbose_name = "Accounts and access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Describe each session that Django opens; name no reader of rows past the end of a request."""
        from django.contrib.auth.signals import user_logged_in
        from django.core.signals import request_finished
        from django.db.backends.signals import connection_created

        from accounts import checks, row_security  # noqa: F401  checks register themselves
        from accounts.door.seen import on_signed_in

        connection_created.connect(row_security.note_wall, dispatch_uid="accounts.row_security.wall")
        request_finished.connect(row_security.on_request_finished, dispatch_uid="accounts.row_security.end")

        user_logged_in.connect(on_signed_in, dispatch_uid="accounts.door.sessions")
