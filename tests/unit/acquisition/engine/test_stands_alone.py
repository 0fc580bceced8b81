"""The engine is useful alone: without bluesky, without Django, in a fresh process."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]

PROGRAMME = """
import sys
for name in ("bluesky", "ophyd", "ophyd_async", "django", "rest_framework", "celery", "psycopg2"):
    sys.modules[name] = None
import asyncio, threading
from acquisition.engine import (
    FailedStatus, RunEngine, RunEngineInterrupted,
    call_in_bluesky_event_loop, get_bluesky_event_loop,
)
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.soft_devices import AsyncDetector, SoftAxis

engine = RunEngine({})
docs = []
engine.subscribe(lambda name, doc: docs.append(name))
det, axis = AsyncDetector("det"), SoftAxis()
plan = [msg("open_run"), msg("set", axis, 1, group="g"),
        msg("wait", None, "g"), msg("create", name="primary"),
        msg("read", det), msg("read", axis), msg("save"), msg("pause"), msg("close_run")]
try:
    engine(plan)
except RunEngineInterrupted:
    engine.resume()
assert docs == ["start", "descriptor", "event", "event", "stop"], docs
assert get_bluesky_event_loop() is engine._loop
assert call_in_bluesky_event_loop(det.read())["det"]["value"] == 1.5
assert FailedStatus.__module__ == "acquisition.engine.errors"
engine.close()
assert threading.active_count() == 1
"""


def test_the_engine_runs_without_bluesky_and_without_django():
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAMME],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
