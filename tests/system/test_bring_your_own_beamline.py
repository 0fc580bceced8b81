"""The tutorial is followed word by word: its IOC, its manifest, its commands, its scan."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.embedded import free_port
from tests.support.house_rules import ROOT
from tests.support.installation import Installation, environment_for, wait_for

PAGE = ROOT / "docs" / "tutorials" / "bring-your-own-beamline.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language):
    """Return the blocks of the page in that language, in order."""
    return [text for name, text in FENCE.findall(PAGE.read_text()) if name == language]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the files that the reader saves; and the manifests of the project and theirs."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "mini_ioc.py").write_text(blocks("python")[0])
    shutil.copytree(ROOT / "config" / "beamlines", folder / "beamlines")
    (folder / "beamlines" / "mini.toml").write_text(blocks("toml")[0])
    return folder


@pytest.fixture(scope="module")
def network():
    """Return the Channel Access settings of the page, on a port that is free."""
    port = str(free_port())
    return {
        "EPICS_CA_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CA_SERVER_PORT": port,
        "EPICS_CAS_SERVER_PORT": port,
        "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_BEACON_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
        "EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_PVAS_SERVER_PORT": "0",
        "EPICS_PVAS_BROADCAST_PORT": str(free_port()),
    }


@pytest.fixture(scope="module")
def ioc(folder, network):
    """Start the reader's IOC and wait until it says that it is ready."""
    log = folder / "ioc.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "mini_ioc.py"], cwd=folder, env={**os.environ, **network},
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_for("the reader's IOC is ready", lambda: "MINI is ready" in log.read_text())
        yield process
    finally:
        process.kill()
        process.wait(10)


def check(folder, network, text=None):
    """Run the command of the page that looks at the manifest."""
    manifest = folder / "beamlines" / "mini.toml"
    if text is not None:
        manifest = folder / "changed.toml"
        manifest.write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "acquisition.devices.check", str(manifest), "--timeout", "2"],
        cwd=ROOT, env={**os.environ, **network}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_commands_of_the_page_are_those_that_are_tried_here():
    commands = " ".join(blocks("sh"))
    assert "python mini_ioc.py" in commands
    assert "-m acquisition.devices.check config/beamlines/mini.toml" in commands
    assert "BEAMPORT_BEAMLINE=mini make run" in commands
    assert len(blocks("python")) == len(blocks("toml")) == len(blocks("text")) == 1


def test_the_check_prints_what_the_page_shows(ioc, folder, network):
    done = check(folder, network)
    assert done.returncode == 0, done.stderr
    assert done.stdout == blocks("text")[0]


def test_a_wrong_name_and_wrong_keys_are_told_with_where_to_look(ioc, folder, network):
    text = blocks("toml")[0]
    wrong = check(folder, network, text.replace('pv = "MINI:x"', 'pv = "MINI:y"'))
    assert wrong.returncode == 1
    assert "MINI:y" in wrong.stderr
    assert "EPICS_CA_ADDR_LIST=127.0.0.1" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    keys = check(folder, network, text.replace("process_variable.Variable", "process_variable.Variabel"))
    assert keys.returncode == 1
    assert "devices.x.class" in keys.stderr
    assert "Traceback" not in keys.stderr


@contextmanager
def started(folder, network, beamline="mini"):
    """Start Beamport as the page says, with a data folder and ports of its own."""
    var = folder / "var"
    var.mkdir(exist_ok=True)
    for part in (var, folder, *folder.parents):
        if part.is_relative_to(Path("/tmp")) and part != Path("/tmp"):
            part.chmod(0o711)
    port = free_port()
    environment = {
        **environment_for(var, port),
        **network,
        "BEAMPORT_BEAMLINE": beamline,
        "BEAMPORT_MANIFESTS": str(folder / "beamlines"),
    }
    with (var / "supervisor.log").open("wb") as out:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "config.supervisor"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield Installation(f"http://127.0.0.1:{port}", var, supervisor, environment)
    finally:
        supervisor.terminate()
        try:
            supervisor.wait(15)
        finally:
            supervisor.kill()


def test_the_preset_of_the_page_finds_its_peak(ioc, folder, network):
    with started(folder, network) as running:
        log = running.var / "supervisor.log"
        wait_for("Beamport started", lambda: "Beamport is ready" in log.read_text(), deadline_s=90.0)
        with running.rest() as client:
            wait_for(
                "the worker is ready",
                lambda: client.get("beamlines/mini/status").json().get("worker") == "ready",
            )
            devices = client.get("beamlines/mini/devices").json()["devices"]
            assert devices["x"]["limits"] == [-5.0, 8.0]
            parameters = {"detectors": ["det"], "args": [["x", 1.0, 9.0]], "num": 31}
            item = {"plan": "scan", "parameters": parameters, "proposal": "2026-0001"}
            refused = client.post("beamlines/mini/queue/run-now", json=item)
            assert refused.status_code == 400
            assert "8" in refused.text
            parameters["args"] = [["x", 1.0, 4.0]]
            uid = client.post("beamlines/mini/queue/run-now", json=item).raise_for_status().json()["uid"]

            def ended():
                found = client.get(f"beamlines/mini/queue/items/{uid}").json()
                return found if found["state"] not in ("queued", "running") else None

            done = wait_for("the scan ended", ended, deadline_s=60.0)
            assert done["state"] == "completed", done
            table = client.get(f"runs/{done['run_uids'][0]}/streams/primary/table").json()["columns"]
            best = max(zip(table["det"], table["x"], strict=True))[1]
            assert best == pytest.approx(2.5, abs=0.35)


def test_a_beamline_without_a_manifest_is_told_before_anything_starts(folder, network):
    with started(folder, network, beamline="nowhere") as running:
        assert running.supervisor.wait(30) == 1
        text = (running.var / "supervisor.log").read_text()
    assert "'nowhere' that BEAMPORT_BEAMLINE names is not ready" in text
    assert "Traceback" not in text
