"""`manage.py add_administrator`: the first person of an installation, who adds the others in the browser."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.actor import system_actor
from accounts.errors import BeamportError


class Command(BaseCommand):
    """Add a facility administrator; the password is asked for, or read from standard input."""

    help = "Add a facility administrator. The password is asked for, or is the first line of standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name; never the password, which others could read in the list of processes."""
        parser.add_argument("username")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, add, tell."""
        try:
            user = services.create_user(
                actor=system_actor("add_administrator"),
                username=options["username"],
                password=asked_password(),
                email=options["email"],
                is_facility_admin=True,
            )
        except BeamportError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Added the facility administrator {user.username}.")


def asked_password() -> str:
    """Give the password typed twice alike, or the line that was piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The two passwords differ.")
    return password
