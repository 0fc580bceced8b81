"""Celery's side of exports: a process of its own, bounded in memory, that is woken by a doorbell."""

from __future__ import annotations

import logging
import os
import resource
import threading
from pathlib import Path
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.db import close_old_connections, connections

from catalog.jobs.doorbell import TASK
from catalog.jobs.running import clean_up, run_next

LOOK_EVERY_S = 15.0
MEMORY_MB = "4096"
"""Most megabytes of memory that the process may have, unless BEAMPORT_EXPORT_MEMORY_MB says otherwise."""

logger = logging.getLogger(__name__)
_wake = threading.Event()
_ending = threading.Event()
_thread: threading.Thread | None = None


@shared_task(name=TASK, ignore_result=True)
def look_at_exports() -> None:
    """Wake the thread that writes exports."""
    _wake.set()


@worker_init.connect
def start_exports(**_: Any) -> None:
    """Bound the memory of this process, if it is the one of exports, and start its thread."""
    global _thread
    if os.environ.get("BEAMPORT_EXPORTS") != "on" or _thread is not None:
        return
    bound_memory(int(os.environ.get("BEAMPORT_EXPORT_MEMORY_MB", MEMORY_MB)))
    _thread = threading.Thread(target=_work, name="exports", daemon=True)
    _thread.start()


@worker_shutting_down.connect
def end_exports(**_: Any) -> None:
    """Give the running job back and end."""
    _ending.set()
    _wake.set()
    if _thread is not None:
        _thread.join(timeout=3.0)


def bound_memory(megabytes: int) -> None:
    """Let this process have so much memory and no more, and be the first that the system kills for it."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, hard))
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        logger.warning("this system does not let exports be the first to end when memory is short")


def _work() -> None:
    while not _ending.is_set():
        try:
            close_old_connections()
            while run_next(_ending.is_set) and not _ending.is_set():
                pass
            clean_up()
        except Exception:
            logger.exception("exports could not be looked at; the next try comes in %.0f s", LOOK_EVERY_S)
        _wake.wait(LOOK_EVERY_S)
        _wake.clear()
    connections.close_all()
