"""Queue, engine and live runs through the Python client and the terminal command, on a whole Beamport."""

import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from beamport import ConflictError, InvalidError, connect
from beamport.models import QueueModel
from tests.support.house_rules import ROOT
from tests.support.installation import Installation, wait_for

SCAN = {"detectors": ["det"], "args": [["sx", 0.8, 1.6]], "num": 5}
PROPOSAL = "2026-0001"


@pytest.fixture(scope="module")
def client(beamport: Installation):
    with connect(beamport.url, api_key=beamport.key("user")) as client:
        yield client


@pytest.fixture
def beamline(client):
    """Give the demo beamline with an empty queue that is held."""
    beamline = client.beamline("demo")
    beamline.hold("between tests")
    beamline.clear()
    yield beamline
    if beamline.status()["engine_state"] not in ("idle", "worker lost"):
        beamline.abort("the test is over")
    wait_for("the engine is idle", lambda: beamline.status()["engine_state"] == "idle")


def terminal(beamport: Installation, *words: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the terminal command."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "client"),
        "BEAMPORT_URL": beamport.url,
        "BEAMPORT_API_KEY": beamport.key("user"),
    }
    command = [sys.executable, "-m", "beamport", *words]
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=90, check=False, **options
    )


def test_a_plan_is_queued_run_and_read(client, beamline):
    assert {"scan", "count"} <= set(beamline.plans())
    assert beamline.plan("scan")["parameters"]
    assert {"sx", "det"} <= set(beamline.devices())
    assert beamline.values()
    assert beamline.dry_run("scan", SCAN)["points"] == 5
    item = beamline.add("scan", SCAN, proposal=PROPOSAL, metadata={"sample": "by client"})
    assert [waiting.uid for waiting in beamline.items()] == [item.uid]
    assert not item.is_done
    beamline.start()
    done = item.wait(60)
    assert (done.state, done.reason) == ("completed", "")
    (run,) = done.runs
    assert run.start["sample"] == "by client"
    assert run.primary.read()["det"].shape == (5,)
    assert client.catalog.search('sample:"by client"')[0] == run
    assert beamline.history(5)[0].uid == item.uid


def test_what_is_wrong_with_a_plan_is_told_by_its_parameters(beamline):
    with pytest.raises(InvalidError) as refused:
        beamline.add("scan", {**SCAN, "num": "many"}, proposal=PROPOSAL)
    assert any("num" in name for name in refused.value.fields)


def test_items_are_moved_and_removed(beamline):
    first, second = (beamline.add("count", {"detectors": ["det"]}, proposal=PROPOSAL) for _ in range(2))
    beamline.move(second.uid, "front")
    assert [item.uid for item in beamline.items()] == [second.uid, first.uid]
    second.remove()
    assert [item.uid for item in beamline.items()] == [first.uid]
    beamline.clear()
    assert beamline.items() == []


def test_a_running_plan_is_paused_resumed_and_aborted_with_its_reason(client, beamline):
    item = beamline.add(
        "count", {"detectors": ["det"], "num": 200, "delay": 0.1}, proposal=PROPOSAL, now=True
    )
    wait_for("it runs", lambda: beamline.status()["run_uid"])
    with pytest.raises(ConflictError):
        beamline.resume()
    beamline.pause()
    wait_for("it is paused", lambda: beamline.status()["engine_state"] == "paused")
    beamline.resume()
    beamline.abort("the sample fell off")
    done = item.wait(30)
    assert done.state == "aborted"
    assert done.runs[0].stop["reason"] == "the sample fell off"


def test_a_live_run_is_followed_through_the_socket(client, beamline):
    item = beamline.add("count", {"detectors": ["det"], "num": 5, "delay": 0.1}, proposal=PROPOSAL, now=True)
    for run in client.catalog.live("demo", timeout_s=30):
        documents = list(run.follow(timeout_s=30))
        if run.uid in item.refresh().run_uids:
            break
    assert documents[-1][0] == "stop"
    assert documents == list(run.documents())
    item.wait(30)


def test_control_is_taken_and_released(beamline):
    assert beamline.take_control()["holder"] == "user"
    assert beamline.control()["holder"] == "user"
    beamline.release_control()
    assert beamline.control()["holder"] is None


def test_the_queue_model_follows_and_acts(beamline):
    model = QueueModel(beamline)
    changed = []
    is_held = threading.Event()
    model.subscribe(changed.append)
    model.subscribe(lambda name: is_held.set() if model.is_held else None)
    with model:
        assert is_held.wait(15)
        model.submit("count", {"detectors": ["det"]}, proposal=PROPOSAL)
        wait_for("the item is shown", lambda: [item.plan for item in model.items] == ["count"])
    model.submit("nonsense", {})
    assert model.error is not None
    assert {"status", "items", "is_held"} <= set(changed)
    model.act("clear")
    assert (model.items, model.error) == ([], None)


def test_the_terminal_queues_shows_and_exports(beamport, beamline, tmp_path: Path):
    words = [f"detectors={json.dumps(['det'])}", f"args={json.dumps(SCAN['args'])}", "num=5"]
    done = terminal(beamport, "submit", "demo", "scan", *words, "--proposal", PROPOSAL, "--now", "--wait")
    assert done.returncode == 0, done.stderr
    assert "completed" in done.stdout
    listed = terminal(beamport, "--plain", "search", "plan:scan", "--limit", "1").stdout.split("\t")
    assert listed[2] == "scan"
    shown = terminal(beamport, "show", "-1").stdout
    assert "success" in shown
    assert "mm" in shown
    table = terminal(beamport, "--plain", "table", listed[0], "--columns", "sx,det").stdout
    assert len(table.splitlines()) == 5
    saved = terminal(beamport, "export", listed[0], "csv", str(tmp_path))
    assert Path(saved.stdout.strip()).parent == tmp_path
    words = ("search", f"uid:{listed[0]}", "--export", "csv", "--to", str(tmp_path / "x.zip"))
    together = terminal(beamport, *words)
    assert f"_{listed[0]}" in " ".join(zipfile.ZipFile(together.stdout.strip()).namelist())
    documents = terminal(beamport, "show", listed[0], "--documents").stdout.splitlines()
    assert [json.loads(line)[0] for line in (documents[0], documents[-1])] == ["start", "stop"]


@pytest.mark.parametrize("words", [["status"], ["queue"], ["history"], ["plans"], ["devices"], ["values"]])
def test_the_terminal_shows_the_beamline(beamport, words):
    done = terminal(beamport, *words, "demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_terminal_steers_and_watches(beamport, beamline):
    item = beamline.add("count", {"detectors": ["det"], "num": 100, "delay": 0.1}, proposal=PROPOSAL)
    assert terminal(beamport, "start", "demo").returncode == 0
    wait_for("it runs", lambda: beamline.status()["run_uid"])
    assert terminal(beamport, "pause", "demo").returncode == 0
    assert terminal(beamport, "resume", "demo").returncode == 0
    watched = []
    watching = threading.Thread(
        target=lambda: watched.append(terminal(beamport, "watch", "demo", "--runs", "1", "--timeout", "30"))
    )
    watching.start()
    assert terminal(beamport, "abort", "demo", "--reason", "enough").returncode == 0
    assert item.wait(30).reason == "enough"
    beamline.add("count", {"detectors": ["det"], "num": 2}, proposal=PROPOSAL, now=True).wait(30)
    watching.join(60)
    assert watched[0].returncode == 0, watched[0].stderr
    assert "primary" in watched[0].stdout


def test_the_terminal_says_what_was_refused(beamport):
    done = terminal(beamport, "submit", "demo", "scan", "num=many", "--proposal", PROPOSAL)
    assert done.returncode == 1
    assert "num" in done.stderr
    assert "Traceback" not in done.stderr
    assert terminal(beamport, "show", "00000000").returncode == 1
    assert terminal(beamport, "nonsense").returncode == 2


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_package_installs_alone_and_signs_in(beamport, tmp_path: Path):
    """Nothing of the platform is on the path of the new environment."""
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    shutil.copytree(ROOT / "client", tmp_path / "client")
    install = [str(python), "-m", "pip", "install", "--quiet", f"{tmp_path / 'client'}[terminal]"]
    subprocess.run(install, check=True, cwd=tmp_path)
    command = str(python.with_name("beamport"))
    env = {"PATH": os.environ["PATH"], "BEAMPORT_KEY_FILE": str(tmp_path / "access.json")}
    key = beamport.key("user")
    login = subprocess.run(
        [command, "login", beamport.url],
        env={**env, "BEAMPORT_API_KEY": key},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "Signed in as user" in login.stdout
    assert (tmp_path / "access.json").stat().st_mode & 0o777 == 0o600
    status = subprocess.run(
        [command, "status", "demo"], env=env, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "ready" in status.stdout
    script = (
        "import sys, beamport\n"
        "c = beamport.connect()\n"
        "print(len(c.catalog) >= 0, 'django' in sys.modules, 'xarray' in sys.modules)\n"
        "try:\n    c.catalog[-1].primary.to_pandas()\n"
        "except (beamport.MissingPackageError, beamport.NotFoundError) as error:\n    print(error)\n"
    )
    said = subprocess.run(
        [str(python), "-c", script], env=env, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert said.stdout.startswith("True False False")
