"""Do what was ordered: take a job, write its file, tell how far it is.

A job is a row, and the one that works on it says so by its heartbeat. A worker that ends, by a kill or
because it ran out of memory, leaves a running job without a heartbeat: it is taken once more, then given up.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.errors import BeamportError
from catalog.export import Progress, exporter, pieces
from catalog.export.stored import StoredRun
from catalog.jobs import archive, requester
from catalog.jobs.selectors import result_path
from catalog.jobs.states import JobState, after
from catalog.models import ExportJob

HEARTBEAT_S = 1.0
LOST_AFTER_S = 60.0
MOST_TRIES = 2
_LOST = "The worker ended while it wrote this export, twice: it may need more memory than exports have."
_OUT_OF_MEMORY = "This export needs more memory than exports have: choose fewer runs, or another format."

logger = logging.getLogger(__name__)


class _Ended(Exception):
    """The job is no longer ours: it was cancelled, or the worker ends."""


def run_next(is_ending: Callable[[], bool] = lambda: False) -> bool:
    """Do the oldest job that waits; tell whether there was one.

    Parameters
    ----------
    is_ending
        Asked between two pieces; when it says yes, the job is given back to the queue.
    """
    row = _take()
    if row is None:
        return False
    work = _Work(row, is_ending)
    try:
        work.do()
    except _Ended:
        work.drop()
    except MemoryError:
        work.fail(_OUT_OF_MEMORY)
    except BeamportError as error:
        work.fail(str(error))
    except Exception as error:
        logger.exception("the export %s failed", row.uid)
        work.fail(f"It could not be written: {type(error).__name__}.")
    return True


def clean_up() -> int:
    """Delete the files of exports whose time is over, and files that no export has; return how many."""
    folder = Path(settings.BEAMPORT_EXPORTS_DIR)
    over = ExportJob.objects.filter(state=JobState.DONE, expires_at__lte=timezone.now())
    for row in over:
        ExportJob.objects.filter(pk=row.pk, state=JobState.DONE).update(state=after(row.state, "expire"))
    living = set(map(str, ExportJob.objects.filter(state=JobState.DONE).values_list("uid", flat=True)))
    running = set(map(str, ExportJob.objects.filter(state=JobState.RUNNING).values_list("uid", flat=True)))
    gone = 0
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name not in living and path.name.removesuffix(".part") not in running:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _take() -> ExportJob | None:
    now = timezone.now()
    lost = Q(state=JobState.RUNNING, heartbeat_at__lt=now - timedelta(seconds=LOST_AFTER_S))
    with transaction.atomic():
        given_up = ExportJob.objects.filter(lost, tries__gte=MOST_TRIES)
        given_up.update(state=JobState.FAILED, problem=_LOST, finished_at=now)
        waiting = ExportJob.objects.select_for_update(skip_locked=True)
        row = waiting.filter(Q(state=JobState.QUEUED) | lost).order_by("created_at", "pk").first()
        if row is None:
            return None
        row.state, row.heartbeat_at, row.started_at = JobState.RUNNING, now, now
        row.tries += 1
        row.rows, row.bytes, row.runs_done, row.left_out = 0, 0, 0, []
        row.save()
    return row


class _Work:
    """One job at work."""

    def __init__(self, row: ExportJob, is_ending: Callable[[], bool]) -> None:
        self.row = row
        self.path = result_path(row)
        self.draft = self.path.with_name(f"{self.path.name}.part")
        self._is_ending = is_ending
        self._rows_before = 0
        self._current = ""
        self._beat_at = time.monotonic()
        self._left_out: list[dict[str, str]] = []

    def do(self) -> None:
        """Write the file, then say that it is there."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        with self.draft.open("wb") as file:
            for part in self._parts():
                file.write(part)
                digest.update(part)
                size += len(part)
                self.row.bytes = size
                self._beat()
        self._beat(at_once=True)
        self.draft.replace(self.path)
        now = timezone.now()
        self._update(
            state=after(self.row.state, "finish"),
            finished_at=now,
            expires_at=now + timedelta(days=settings.BEAMPORT_EXPORT_DAYS),
            sha256=digest.hexdigest(),
            bytes=size,
            rows=self.row.rows,
            runs_done=len(self.row.runs) - len(self._left_out),
            left_out=self._left_out,
            file_name=self._file_name(),
        )

    def drop(self) -> None:
        """Leave no half file; a job whose worker ends waits again."""
        self.draft.unlink(missing_ok=True)
        mine = ExportJob.objects.filter(pk=self.row.pk, state=JobState.RUNNING)
        mine.update(state=JobState.QUEUED, tries=F("tries") - 1)

    def fail(self, problem: str) -> None:
        """Say why there is no file."""
        self.draft.unlink(missing_ok=True)
        self._update(state=JobState.FAILED, problem=problem[:4000], finished_at=timezone.now())

    def _parts(self) -> Iterator[bytes]:
        row, actor = self.row, requester.actor_of(self.row.requester)
        chosen = exporter(row.format)
        if len(row.runs) == 1:
            run = StoredRun(actor, row.runs[0])
            return pieces(chosen, run, row.options, progress=lambda p: self._told(row.runs[0], p))
        return archive.archive(actor, row.runs, chosen, row.options, left_out=self._left_out, told=self._told)

    def _file_name(self) -> str:
        row, chosen = self.row, exporter(self.row.format)
        if len(row.runs) > 1:
            return f"runs_{row.created_at:%Y%m%d_%H%M%S}_{chosen.name}.zip"
        run = StoredRun(requester.actor_of(row.requester), row.runs[0])
        return archive.name_of(run, chosen, row.options)

    def _told(self, uid: str, progress: Progress) -> None:
        if uid != self._current:
            self._current, self._rows_before = uid, self.row.rows
            self.row.runs_done = self.row.runs.index(uid)
        self.row.rows = self._rows_before + progress.rows
        self.row.num_rows = progress.num_rows if len(self.row.runs) == 1 else None

    def _beat(self, *, at_once: bool = False) -> None:
        if self._is_ending():
            raise _Ended
        now = time.monotonic()
        if not at_once and now - self._beat_at < HEARTBEAT_S:
            return
        self._beat_at = now
        row = self.row
        facts = {"rows": row.rows, "num_rows": row.num_rows, "bytes": row.bytes, "runs_done": row.runs_done}
        self._update(heartbeat_at=timezone.now(), **facts)

    def _update(self, **facts: object) -> None:
        mine = ExportJob.objects.filter(pk=self.row.pk, state=JobState.RUNNING, tries=self.row.tries)
        if not mine.update(**facts):
            raise _Ended
