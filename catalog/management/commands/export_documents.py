"""``manage.py export_documents [UID ...] [--query LINE] --format jsonl --to FOLDER``: write runs out."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from accounts.actor import system_actor
from accounts.errors import BeamportError
from catalog.export import export, exporter, file_name
from catalog.export.mongo import write_to_server
from catalog.export.options import options_of_text
from catalog.export.stored import StoredRun
from catalog.search.whole import uids_found

MONGO = ("mongodb://", "mongodb+srv://")
DATABASE = "beamport"

Write = Callable[[StoredRun], str]


class Command(BaseCommand):
    """Write each run into a file of its own, named by its uid, or into a MongoDB server.

    A file is there whole or not at all; a run that was written before is written anew.
    """

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the runs, the format and where they go."""
        parser.add_argument("uids", nargs="*")
        parser.add_argument("--query", default="", help="a search line: all runs that it finds, too")
        parser.add_argument("--format", default="jsonl")
        parser.add_argument("--to", default=".", help="a folder, or mongodb://server/database")
        parser.add_argument("--option", action="append", default=[], help="key=value, as the format says")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export one run after another, and say where each is."""
        actor = system_actor("export_documents")
        found = uids_found(actor, options["query"]) if options["query"] else ()
        try:
            with _target(options) as write:
                for uid in chain(options["uids"], found):
                    self.stdout.write(write(StoredRun(actor, uid)))
        except (BeamportError, OSError, ValueError, PyMongoError) as error:
            raise CommandError(str(error)) from error


@contextmanager
def _target(options: dict[str, Any]) -> Iterator[Write]:
    """Give what writes one run, and close what it needs."""
    if not options["to"].startswith(MONGO):
        yield _files(options)
        return
    with MongoClient[dict[str, Any]](options["to"]) as client:
        database = client.get_default_database(DATABASE)
        yield lambda run: f"{run.uid}: {write_to_server(run, database)} documents in {database.name}"


def _files(options: dict[str, Any]) -> Write:
    chosen, folder = exporter(options["format"]), Path(options["to"])
    wanted = options_of_text(chosen, dict(pair.split("=", 1) for pair in options["option"]))
    folder.mkdir(parents=True, exist_ok=True)

    def write(run: StoredRun) -> str:
        path = folder / file_name(run.uid, chosen.ending, wanted.get("stream", ""), run.start)
        export(chosen, run, path, wanted)
        return str(path)

    return write
