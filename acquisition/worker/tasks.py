"""Celery's side: a doorbell that wakes the session, and the hooks that start and end it.

The queue's truth is in rows; this task may run twice, late or never without harm.
"""

import logging
import os
import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_ready, worker_shutting_down

from acquisition.worker.session import Session

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_session: Session | None = None


@shared_task(name="acquisition.look_at_queue", ignore_result=True)
def look_at_queue(beamline: str) -> None:
    """Wake the session of `beamline` in this process, if there is one."""
    session = _session
    if session is not None and session.beamline == beamline:
        session.wake()


@worker_init.connect
@worker_ready.connect
def start_session(**_: Any) -> None:
    """Start, once, the session of the beamline that BEAMPORT_BEAMLINE names; the broker may be away."""
    global _session
    beamline = os.environ.get("BEAMPORT_BEAMLINE", "")
    with _lock:
        if beamline and _session is None:
            _session = Session(beamline)
            _session.start()


@worker_shutting_down.connect
def end_session(**_: Any) -> None:
    """End the running plan cleanly and give the beamline back, within a few seconds."""
    session = _session
    if session is not None and not session.shutdown():
        logger.error("the session did not end in time; its lease runs out and the next worker recovers")
