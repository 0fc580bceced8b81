"""`manage.py import_facility FILE [--kind visits] [--dry-run]`: take over rows of another system."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import json_gate
from accounts.actor import system_actor
from accounts.errors import BeamportError
from accounts.imports.reading import COLUMNS, Row, rows_of_csv, rows_of_json
from accounts.imports.services import import_rows

MAX_BYTES = 64 * 2**20


class Command(BaseCommand):
    """Import people, proposals, members, visits and samples, as `POST /api/v1/facility/imports` does."""

    help = "Import people, proposals, members, visits and samples from a JSON or CSV file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take file, kind and whether to try only."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=list(COLUMNS), help="what the rows of a CSV file are")
        parser.add_argument("--dry-run", action="store_true", help="try, tell, and leave all as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, tell of what was refused, and count."""
        try:
            rows = _rows(options["file"], options["kind"])
            report = import_rows(
                actor=system_actor("import_facility"), rows=rows, is_dry_run=options["dry_run"]
            )
        except (BeamportError, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        for row in report["rows"]:
            if row["outcome"] == "refused":
                why = "; ".join(f"{name}: {', '.join(texts)}" for name, texts in row["fields"].items())
                self.stderr.write(f"{row['kind']} row {row['row']} ({row['key']}): {row['detail']} {why}")
        counts = ", ".join(f"{count} {outcome}" for outcome, count in report["counts"].items())
        self.stdout.write(f"{'Would be: ' if report['is_dry_run'] else ''}{counts}")
        if report["counts"]["refused"]:
            raise CommandError(f"{report['counts']['refused']} rows were refused.")


def _rows(file: Path, kind: str | None) -> list[Row]:
    if file.suffix.lower() == ".csv" or kind:
        if not kind:
            raise CommandError("Say with --kind what the rows are.")
        return rows_of_csv(kind, file.read_text(encoding="utf-8-sig"))
    return rows_of_json(json_gate.parse(file.read_bytes(), max_bytes=MAX_BYTES))
