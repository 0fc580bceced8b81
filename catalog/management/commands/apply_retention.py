"""``manage.py apply_retention [--delete]``: list, or delete, the runs whose time is over."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.actor import system_actor
from catalog.services import apply_retention


class Command(BaseCommand):
    """Apply the rules of retention; without --delete nothing is changed. Meant to be called once a night."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to delete, and how many at most."""
        parser.add_argument("--delete", action="store_true")
        parser.add_argument("--limit", type=int, default=1000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each run that is due."""
        runs = apply_retention(
            actor=system_actor("apply_retention"), is_dry_run=not options["delete"], limit=options["limit"]
        )
        verb = "deleted" if options["delete"] else "due"
        for run in runs:
            self.stdout.write(f"{run.uid} of {run.beamline} {verb}: kept {run.days} days")
        self.stdout.write(f"{len(runs)} runs {verb}")
