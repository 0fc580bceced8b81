"""`manage.py end_sessions`: sign a person out everywhere, or everybody, when cookies may have leaked."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actor import system_actor
from accounts.door import sessions
from accounts.errors import BeamportError


class Command(BaseCommand):
    """End all sessions of one account, or of all; audited with the reason."""

    help = "End all sessions of an account, or with --everybody of all accounts. The reason is audited."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take account or everybody, and the reason."""
        parser.add_argument("username", nargs="?", default="")
        parser.add_argument("--everybody", action="store_true")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """End, tell how many."""
        actor, reason = system_actor("end_sessions"), options["reason"]
        if bool(options["username"]) == options["everybody"]:
            raise CommandError("Name an account, or say --everybody.")
        names = sessions.names_signed_in() if options["everybody"] else [options["username"]]
        try:
            counts = [sessions.end_of(actor=actor, username=name, reason=reason) for name in names]
        except BeamportError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Ended: {sum(counts)} sessions of {len(counts)} accounts.")
