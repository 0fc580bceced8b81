"""Tell the worker of exports that there is something to do; it would find out by itself, later."""

from __future__ import annotations

import logging
from functools import cache

from celery import Celery

TASK = "catalog.look_at_exports"
QUEUE = "exports"

logger = logging.getLogger(__name__)


@cache
def _celery() -> Celery:
    """Give a sender of tasks that knows the settings; the platform's own app is not imported."""
    app = Celery("beamport-exports", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    return app


def call_exporter() -> None:
    """Send the doorbell; a broker that is away costs seconds of waiting, not the export."""
    try:
        _celery().send_task(TASK, queue=QUEUE, retry=False, ignore_result=True, expires=60.0)
    except Exception:
        logger.warning("the worker of exports could not be called; it looks by itself", exc_info=True)
