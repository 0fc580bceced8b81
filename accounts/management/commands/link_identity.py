"""`manage.py link_identity`: let a person of an identity provider open an account that exists here."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actor import system_actor
from accounts.door import identities
from accounts.errors import BeamportError


class Command(BaseCommand):
    """Link an identity to an account; both are named in the audit entry ``identity.refused``."""

    help = "Let an identity open an account. Both are named in the audit entry 'identity.refused'."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take account, provider, subject and reason."""
        parser.add_argument("username")
        parser.add_argument("--provider", required=True)
        parser.add_argument("--subject", required=True)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Link, tell."""
        wanted = {name: options[name] for name in ("username", "provider", "subject", "reason")}
        try:
            row = identities.link(actor=system_actor("link_identity"), **wanted)
        except BeamportError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{row} opens the account {row.user.username}.")
