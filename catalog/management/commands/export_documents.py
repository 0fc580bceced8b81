"""``manage.py export_documents UID ... --format jsonl --to FOLDER``: write runs to files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actor import system_actor
from accounts.errors import BeamportError
from catalog.export import exporter, file_name, pieces
from catalog.export.options import options_of_text
from catalog.export.stored import StoredRun


class Command(BaseCommand):
    """Write each run into a file of its own, named by its uid; one that is there already is written anew."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the runs, the format and the folder."""
        parser.add_argument("uids", nargs="+")
        parser.add_argument("--format", default="jsonl")
        parser.add_argument("--to", type=Path, default=Path())
        parser.add_argument("--option", action="append", default=[], help="key=value, as the format says")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export one run after another."""
        options["to"].mkdir(parents=True, exist_ok=True)
        try:
            chosen = exporter(options["format"])
            wanted = options_of_text(chosen, dict(pair.split("=", 1) for pair in options["option"]))
            for uid in options["uids"]:
                run = StoredRun(system_actor("export_documents"), uid)
                path = options["to"] / file_name(run.uid, chosen.ending, wanted.get("stream", ""))
                with path.open("wb") as file:
                    file.writelines(pieces(chosen, run, wanted))
                self.stdout.write(str(path))
        except (BeamportError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
