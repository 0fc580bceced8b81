"""``manage.py verify_runs [uid] [--days N] [--digests]``: does the catalogue hold what it says?"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actor import system_actor
from catalog.verification import verify_runs


class Command(BaseCommand):
    """Check counts, order, references, columns and attached files of runs; exit 1 when there is a fault."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the run or the moment."""
        parser.add_argument("uid", nargs="?", default="", help="one run; all without it")
        parser.add_argument("--days", type=float, help="only runs that began in the last so many days")
        parser.add_argument(
            "--digests", action="store_true", help="print the SHA-256 of each run's documents"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each run that has a fault, and what was looked at."""
        since = None if options["days"] is None else time.time() - options["days"] * 86_400
        runs = documents = faulty = 0
        for verdict in verify_runs(actor=system_actor("verify_runs"), uid=options["uid"], since=since):
            runs += 1
            documents += verdict.documents
            faulty += bool(verdict.faults)
            if options["digests"]:
                self.stdout.write(f"{verdict.uid} {verdict.digest} {verdict.documents} documents")
            for fault in verdict.faults:
                self.stdout.write(self.style.ERROR(f"{verdict.uid}: {fault}"))
        self.stdout.write(f"{runs} runs, {documents} documents, {faulty} runs with faults")
        if faulty:
            raise CommandError(f"{faulty} of {runs} runs do not verify.")
