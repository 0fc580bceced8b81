"""What a new holder of the lease does before anything moves: bring the former worker's affairs to an end.

Each step may be done twice, so a database that goes away in the middle only means beginning again:

1. journals: torn tails are cut, what is left is shipped;
2. its runs without a stop are closed as ``fail`` with the reason; those that other programs send stay open;
3. the item that ran becomes `interrupted`, a copy goes to the front, the queue is held;
4. commands meant for the former worker are answered "expired".

Motors are told to stop as soon as the beamline is open (`acquisition.worker.session`).
"""

import contextlib
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from accounts.actor import Actor
from accounts.errors import ConflictError, NotFoundError
from acquisition.queue import running
from acquisition.queue.leases import Grant, guarded
from acquisition.worker.journal import (
    SUFFIX,
    JournalDamagedError,
    JournalError,
    cut_torn_tail,
    journal_files,
    read_header,
)
from acquisition.worker.shipper import Shipper, set_aside
from catalog.selectors import open_runs
from catalog.services import close_orphan

logger = logging.getLogger(__name__)

GIVEN_UP: Final = "the disk of the worker was full and the run was given up"
REASON: Final = "the worker was lost in the middle of a plan; what the beamline did last is unknown"


@dataclass(slots=True)
class Recovered:
    """What was found and done."""

    bytes_cut: int = 0
    documents: int = 0
    closed_runs: list[str] = field(default_factory=list)
    interrupted_items: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def is_after_a_loss(self) -> bool:
        """Whether a worker was lost in the middle of something."""
        return bool(self.closed_runs or self.interrupted_items)


def recover(*, actor: Actor, grant: Grant, folder: Path) -> Recovered:
    """Bring the former worker's affairs to an end; may be called again after any error."""
    found = Recovered()
    folder.mkdir(parents=True, exist_ok=True)
    runs_of_items, journalled = _runs_in(folder)
    for path in list(journal_files(folder)):
        _make_whole(path, found)
    _ship(actor, grant, folder, found)
    _close_orphans(actor, grant, found, journalled)
    for path in list(journal_files(folder)):
        path.unlink()  # all of it is stored, and its run was closed just now
    items = running.interrupt_running(actor=actor, grant=grant, reason=REASON, run_uids=runs_of_items)
    found.interrupted_items = [str(item.uid) for item in items]
    running.expire_commands(grant=grant, detail="the worker that this was meant for is gone")
    for text in found.troubles:
        running.hold(actor=actor, grant=grant, reason=text)
    return found


def close_given_up(*, actor: Actor, grant: Grant, folder: Path, run_uid: str) -> None:
    """End a run whose stop document could not be journalled, once the rest of it is stored.

    Nothing happens when nothing of the run was stored, or its stop was after all.
    """
    with guarded(grant), contextlib.suppress(ConflictError, NotFoundError):
        close_orphan(actor=actor, run_uid=run_uid, reason=GIVEN_UP)
    (folder / f"{run_uid}{SUFFIX}").unlink(missing_ok=True)


def _runs_in(folder: Path) -> tuple[dict[str, list[str]], set[str]]:
    """Give the runs of each item that there are journals of, and the runs of all journals."""
    of_items: dict[str, list[str]] = {}
    every: set[str] = set()
    for path in journal_files(folder):
        try:
            header, _ = read_header(path)
        except JournalError:
            continue
        every.add(header.run)
        if header.item_uid:
            of_items.setdefault(header.item_uid, []).append(header.run)
    return of_items, every


def _make_whole(path: Path, found: Recovered) -> None:
    try:
        cut = cut_torn_tail(path)
        found.bytes_cut += cut
        read_header(path)
    except JournalDamagedError as error:
        aside = set_aside(path)
        found.troubles.append(f"{error}. It was set aside as {aside.name}; ask for help before going on.")
        logger.error("%s", error)
    except JournalError:
        path.unlink()  # its writer died before the first document


def _ship(actor: Actor, grant: Grant, folder: Path, found: Recovered) -> None:
    shipper = Shipper(folder, actor=actor, grant=grant, on_trouble=found.troubles.append)
    shipper.ship_all()
    found.documents = shipper.progress.documents


def _close_orphans(actor: Actor, grant: Grant, found: Recovered, journalled: set[str]) -> None:
    for run_uid in open_runs(grant.beamline, of_items_or=journalled):
        with guarded(grant):
            try:
                close_orphan(actor=actor, run_uid=run_uid, reason=REASON)
            except ConflictError:
                continue
        found.closed_runs.append(run_uid)
