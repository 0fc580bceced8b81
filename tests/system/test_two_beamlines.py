"""Two beamlines on one installation: each has its queue and its worker, and neither notices the other."""

import shutil
import signal

import pytest

from tests.support.house_rules import ROOT
from tests.support.installation import installation, wait_for

pytestmark = [pytest.mark.timeout(240), pytest.mark.slow]

SECOND = """
name = "second"
title = "The second beamline"
plans = ["acquisition.plans.scans"]

[devices.x]
class = "acquisition.devices.sim.axis.SoftAxis"
"""
COUNT = {"plan": "count", "proposal": "2026-0001"}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    manifests = tmp_path_factory.mktemp("manifests")
    manifests.parent.chmod(0o711)
    manifests.chmod(0o755)
    shutil.copy(ROOT / "config" / "beamlines" / "demo.toml", manifests)
    (manifests / "second.toml").write_text(SECOND)
    more = {"BEAMPORT_BEAMLINE": "demo,second", "BEAMPORT_MANIFESTS": str(manifests)}
    with installation(more=more) as running:
        yield running


def status(client, beamline):
    return client.get(f"beamlines/{beamline}/status").json()


def is_ready(client, beamline):
    return status(client, beamline).get("worker") == "ready"


def run(client, beamline, detectors, num):
    item = {**COUNT, "parameters": {"detectors": detectors, "num": num, "delay": 0.2}}
    answer = client.post(f"beamlines/{beamline}/queue/run-now", json=item)
    return answer.raise_for_status().json()["uid"]


def ended(client, beamline, uid):
    found = client.get(f"beamlines/{beamline}/queue/items/{uid}").json()
    return found if found["state"] not in ("queued", "running") else None


def test_both_run_at_the_same_time_and_each_keeps_its_own(running):
    with running.rest() as client:
        for beamline in ("demo", "second"):
            wait_for(f"{beamline} is ready", lambda b=beamline: is_ready(client, b), deadline_s=60.0)
        first, second = run(client, "demo", ["det"], 15), run(client, "second", ["x"], 15)
        wait_for(
            "both run at once",
            lambda: all(status(client, b)["engine_state"] == "running" for b in ("demo", "second")),
        )
        assert client.get(f"beamlines/second/queue/items/{first}").status_code == 404
        done = {
            "demo": wait_for("the first ended", lambda: ended(client, "demo", first)),
            "second": wait_for("the second ended", lambda: ended(client, "second", second)),
        }
        for beamline, item in done.items():
            assert item["state"] == "completed"
            (run_uid,) = item["run_uids"]
            assert client.get(f"runs/{run_uid}").json()["beamline"] == beamline
            found = client.get("runs", params={"q": f"beamline:{beamline}"}).json()["results"]
            assert run_uid in [row["uid"] for row in found]
            assert {row["beamline"] for row in found} == {beamline}


def test_the_death_of_one_worker_is_not_the_other_ones(running):
    with running.rest() as client:
        uid = run(client, "second", ["x"], 25)
        wait_for("the second one runs", lambda: status(client, "second")["engine_state"] == "running")
        worker = running.process("beamline.demo")
        assert worker is not None
        worker.send_signal(signal.SIGKILL)
        wait_for("the loss is seen", lambda: status(client, "demo")["worker"] in ("lost", "starting"))
        assert status(client, "second")["worker"] == "ready"
        assert wait_for("the second ended", lambda: ended(client, "second", uid))["state"] == "completed"
        wait_for("the first is back", lambda: is_ready(client, "demo"), deadline_s=60.0)
