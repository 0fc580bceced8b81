"""The Celery application; it carries doorbells only (acquisition/worker/tasks.py)."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.conf import settings

from config.preparing import wait_until_prepared

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
# Django's checks read all pages and routes, which no worker has: two fifths of the time that it takes to
# begin, also in the place of one that was killed. `migrate` and `check` make them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("beamport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["acquisition.worker", "catalog.jobs"])


@worker_init.connect
def wait_for_the_database(**_: Any) -> None:
    """Let a worker begin once the database is prepared: first of all hooks, for it is connected first."""
    wait_until_prepared(settings.VAR_DIR)
