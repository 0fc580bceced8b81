"""`manage.py ensure_demo`: a demo beamline with people who can sign in."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from accounts.actor import system_actor
from accounts.demo import ensure_demo


class Command(BaseCommand):
    """Make the demo; tell the passwords of accounts made now, also to a file only its owner reads."""

    help = "Make the demo beamline, its proposals and accounts where they are missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file of the credentials."""
        parser.add_argument("--credentials-file", type=Path, metavar="PATH", help="written with mode 0600")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing; say nothing of passwords that were told before."""
        path: Path | None = options["credentials_file"]
        with transaction.atomic():  # no account whose password could not be written down
            made: dict[str, str] = ensure_demo(actor=system_actor("ensure_demo"))["credentials"]
            if made and path is not None:
                append_private(path, [f"{username} {password}" for username, password in made.items()])
        for username, password in made.items():
            self.stdout.write(f"demo account: {username}  password: {password}")
        if made and path is not None:
            self.stdout.write(f"These passwords are in {path} too.")


def append_private(path: Path, lines: list[str]) -> None:
    """Append `lines` to the file `path`, which nobody but its owner may read; refuse to follow a link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.writelines(f"{line}\n" for line in lines)
