"""The process that writes exports: it ends alone, and what it was at is not lost."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.export.testing import grid_run
from catalog.ingest import Origin
from catalog.ingest import store as store_records
from catalog.jobs import services
from catalog.jobs.running import LOST_AFTER_S
from catalog.models import ExportJob
from tests.support.catalog_runs import records_of
from tests.support.ioc import until
from tests.support.people import SYSTEM
from tests.support.processes import Process, test_database_url

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]


@pytest.fixture
def worker(facility, tmp_path):
    """Start workers of exports on this test's database; end them afterwards."""
    started = []

    def start():
        env = {
            **os.environ,
            "DATABASE_URL": test_database_url(),
            "BEAMPORT_VAR": str(tmp_path),
            "BEAMPORT_SECRET_KEY": "only-for-tests",
            "BEAMPORT_EXPORTS": "on",
        }
        command = [
            *(sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--pool", "solo"),
            *("--queues", "exports", "--hostname", f"exports-{len(started)}@%h"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]
        process = Process("exports", command, env, tmp_path / f"exports.{len(started)}.log").start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


def ordered(facility, points, form):
    records = records_of(grid_run(points, 4))
    store_records(actor=SYSTEM, origin=Origin("alpha", "P-1", "pi"), records=records)
    return services.order_export(actor=facility.actor("pi"), runs=[records[0].run], format=form, options={})


def state_of(job):
    return ExportJob.objects.get(pk=job.pk).state


def test_an_export_whose_process_is_killed_is_written_by_the_next(facility, worker, tmp_path):
    first = worker()
    quick = ordered(facility, 3, "jsonl")
    until(lambda: state_of(quick) == "done", "the first export is written", 60)

    long = ordered(facility, 3000, "xlsx")
    until(lambda: state_of(long) == "running", "the long export is under way", 30)
    first.signal(signal.SIGKILL)
    first.wait(10)
    assert state_of(long) == "running"
    assert not (tmp_path / "exports" / str(long.uid)).exists()

    ago = timezone.now() - timedelta(seconds=LOST_AFTER_S + 1)
    ExportJob.objects.filter(pk=long.pk).update(heartbeat_at=ago)
    worker()
    until(lambda: state_of(long) == "done", "the next process writes it", 90)
    assert ExportJob.objects.get(pk=long.pk).tries == 2


def test_the_process_gets_no_more_memory_than_it_may_have():
    code = """
from catalog.jobs.tasks import bound_memory
bound_memory(300)
try:
    held = bytearray(600 * 2**20)
except MemoryError:
    print("refused", open("/proc/self/oom_score_adj").read().strip())
"""
    code = "import os, django; django.setup()\n" + code
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert told.stdout.split() == ["refused", "1000"], told.stderr
