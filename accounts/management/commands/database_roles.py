"""`manage.py database_roles`: the database's roles of the web process and of the workers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.utils import ProgrammingError

from accounts.database_roles import WEB, WORKER, set_up
from accounts.secret_values import secret


class Command(BaseCommand):
    """Make the roles and give them their rights; run it after each `migrate`, as the owner of the tables."""

    help = (
        "Make the database roles <database>_web and <database>_worker and give them exactly their rights. "
        "Passwords come from BEAMPORT_DATABASE_PASSWORD_WEB and _WORKER, or files named by these with _FILE."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Set the roles up and name them."""
        passwords = {
            WEB: secret("BEAMPORT_DATABASE_PASSWORD_WEB"),
            WORKER: secret("BEAMPORT_DATABASE_PASSWORD_WORKER"),
        }
        try:
            roles = set_up(passwords)
        except ProgrammingError as error:
            raise CommandError(
                f"The roles were not made: {error}".strip()
                + ". Run this as the owner of the tables, with CREATEROLE (docs/how-to/database-roles.md)."
            ) from error
        if options["verbosity"]:
            self.stdout.write(f"Roles {roles.web} and {roles.worker} have their rights.")
