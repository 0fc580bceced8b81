"""`manage.py verify_audit`: walk the audit chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit


class Command(BaseCommand):
    """Tell whether the audit log is whole; exit with 1 where it is not."""

    help = "Check that no entry of the audit log was changed, removed or put in between."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the hash noted at the last check."""
        parser.add_argument(
            "--expect-head",
            default="",
            metavar="HASH",
            help="a hash printed earlier, which must still be there",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print the new head."""
        verdict = audit.verify(expected_head=options["expect_head"])
        if verdict.fault:
            where = f" at entry {verdict.broken_at}" if verdict.broken_at else ""
            raise CommandError(
                f"The audit log is broken{where}: {verdict.fault}. {verdict.entries} entries hold."
            )
        self.stdout.write(f"{verdict.entries} entries hold. Head: {verdict.head}")
