"""``manage.py import_documents FILE ... --beamline NAME``: take runs in from files of documents."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actor import system_actor
from accounts.errors import BeamportError
from catalog.imports import file_format, guess_format
from catalog.imports.storing import keeper, store_entries
from catalog.ingest import Origin


class Command(BaseCommand):
    """Import files through the one way in: what was there before is passed over, bad documents are kept."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files and where they belong."""
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--beamline", required=True)
        parser.add_argument("--proposal", default="", help="number; empty: the beamline's own")
        parser.add_argument("--username", default="", help="who took the data")
        parser.add_argument("--format", default="", help="by default as the file's ending says")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import one file after another, and say what became of each."""
        origin = Origin(options["beamline"], options["proposal"] or None, options["username"])
        keep = keeper(actor=system_actor("import_documents"), origin=origin)
        for path in options["files"]:
            try:
                chosen = file_format(options["format"]) if options["format"] else guess_format(path.name)
                with path.open("rb") as file:
                    result = store_entries(chosen.read(file), keep)
            except (BeamportError, OSError) as error:
                raise CommandError(f"{path}: {error}") from error
            self.stdout.write(
                f"{path}: {len(result.runs)} runs, {result.stored} documents stored, "
                f"{result.duplicates} there before, {result.quarantined} refused"
            )
            for fault in result.faults:
                self.stdout.write(self.style.WARNING(f"{path}:{fault.place}: {fault.why}"))
