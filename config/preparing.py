"""Prepare pages and database, while the processes that need them are loaded.

To load a process takes about as long as to make the tables, and each can be done beside the other. Who
prepares holds a lock on a file of the data folder; who is loaded waits for it. A lock goes with the process
that holds it, so nobody waits for one that has ended, and where nobody prepares nobody waits.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from config.commands import DEMO
from config.terminal import StartError, one_line, say

if TYPE_CHECKING:
    from acquisition.devices.manifest import Manifest

FILE = "preparing.lock"


@contextlib.contextmanager
def preparing(var: Path) -> Iterator[None]:
    """Keep the processes of a data folder from their work inside the block."""
    with (var / FILE).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def wait_until_prepared(var: Path) -> None:
    """Return once nobody prepares the database."""
    with contextlib.suppress(FileNotFoundError), (var / FILE).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)


def set_up_pages() -> None:
    """Set Django up, and collect what the pages are made of.

    Raises
    ------
    StartError
        A setting is wrong.
    """
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command

    say("Pages: collecting their scripts and styles")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise StartError(f"a setting is wrong: {one_line(error)}") from error
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def prepare_database(var: Path, beamlines: Sequence[Manifest]) -> None:
    """Bring the tables up to date; make the demo and the beamlines known.

    Raises
    ------
    StartError
        The database refuses.
    """
    from django.core.management import call_command
    from django.db import Error, connections

    say("Database: bringing the tables up to date")
    try:
        call_command("migrate", interactive=False, verbosity=0)
        say("Demo: beamline, proposals and accounts")
        call_command("ensure_demo", credentials_file=var / "credentials.txt")
        for beamline in (one for one in beamlines if one.name != DEMO):
            say(f"{beamline.title}: known to the accounts of the demo")
            _make_known(beamline)
    except Error as error:
        raise StartError(f"the database refuses: {one_line(error)} (DATABASE_URL names it)") from error
    finally:
        connections.close_all()


def set_up_roles() -> None:
    """Let no process of ours use the database as its owner: each has a role with what it needs."""
    from django.core.management import call_command
    from django.db import connections

    say("Database: roles for the web server and the workers")
    try:
        call_command("database_roles", verbosity=0)
    finally:
        connections.close_all()


def _make_known(beamline: Manifest) -> None:
    from accounts.actor import system_actor
    from accounts.demo import ensure_beamline

    ensure_beamline(
        actor=system_actor("make run"),
        name=beamline.name,
        title=beamline.title,
        time_zone=beamline.time_zone,
    )
