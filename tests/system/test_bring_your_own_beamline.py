"""The tutorial is followed word by word: its IOC, its manifest, its commands. Its scan: in tests/browser."""

import os
import subprocess
import sys

import pytest

from tests.support.house_rules import ROOT
from tests.support.tutorial_beamline import blocks, network_settings, save_files, serving, started


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the files that the reader saves."""
    return save_files(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def network():
    return network_settings()


@pytest.fixture(scope="module")
def ioc(folder, network):
    with serving(folder, network):
        yield


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


def test_a_beamline_without_a_manifest_is_told_before_anything_starts(folder, network):
    with started(folder, network, beamline="nowhere") as running:
        assert running.supervisor.wait(30) == 1
        text = (running.var / "supervisor.log").read_text()
    assert "'nowhere' that BEAMPORT_BEAMLINE names is not ready" in text
    assert "Traceback" not in text
