"""`manage.py reset_second_factor`: for a lost phone, when no other administrator can do it in the browser."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actor import system_actor
from accounts.door import second_factor
from accounts.errors import BeamportError


class Command(BaseCommand):
    """Take a person's second factor away and end their sessions; audited with the reason."""

    help = "Take a person's second factor away and end their sessions. The reason is audited."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take account and reason."""
        parser.add_argument("username")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset, tell."""
        actor = system_actor("reset_second_factor")
        try:
            second_factor.reset(actor=actor, username=options["username"], reason=options["reason"])
        except BeamportError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['username']} has no second factor now.")
