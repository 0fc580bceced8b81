"""The Celery application; it carries doorbells only (acquisition/worker/tasks.py)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

app = Celery("beamport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["acquisition.worker", "catalog.jobs"])
