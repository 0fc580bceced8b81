"""``manage.py close_orphans beamline``: end the runs of a beamline whose engine is gone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.actor import system_actor
from catalog.selectors import open_runs
from catalog.services import close_orphan


class Command(BaseCommand):
    """Give each open run of a beamline a stop document with the status fail; --dry-run only lists them."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the beamline and the reason."""
        parser.add_argument("beamline")
        parser.add_argument("--reason", default="its engine is gone")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Close them; do not call it while the beamline's worker runs, which does this itself."""
        uids = open_runs(options["beamline"])
        for uid in uids:
            if not options["dry_run"]:
                close_orphan(actor=system_actor("close_orphans"), run_uid=uid, reason=options["reason"])
            self.stdout.write(f"{uid} {'is open' if options['dry_run'] else 'closed as fail'}")
        self.stdout.write(f"{len(uids)} open runs at {options['beamline']}")
