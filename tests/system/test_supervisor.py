"""`make run` from the terminal: what it refuses in one sentence, and that nothing stays behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.embedded import free_port
from tests.support.house_rules import ROOT
from tests.support.installation import Installation, environment_for, installation

NOBODY_LISTENS = "127.0.0.1:9"
REFUSED = {
    "a port below 1024": ({"PORT": "80"}, "PORT is '80': it takes a number from 1024 to 65535"),
    "a port in words": ({"PORT": "web"}, "PORT is 'web': it takes a number from 1024 to 65535"),
    "a data folder that cannot be made": ({"BEAMPORT_VAR": "/proc/none"}, "/proc/none cannot be made"),
    "a data folder that cannot be written": ({"BEAMPORT_VAR": "/proc"}, "/proc cannot be written"),
    "another kind of database": ({"DATABASE_URL": "mysql://db"}, "DATABASE_URL starts with 'mysql'"),
    "a database that is away": (
        {"DATABASE_URL": f"postgresql://beamport@{NOBODY_LISTENS}/beamport"},
        "the database refuses: connection to server",
    ),
    "a broker that is away": (
        {"BROKER_URL": f"redis://{NOBODY_LISTENS}/0"},
        "the broker that BROKER_URL names does not answer",
    ),
    "another kind of broker": ({"BROKER_URL": "amqp://broker"}, "the broker that BROKER_URL names"),
}


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Return a data folder that PostgreSQL may reach also where it runs as an account without rights."""
    with tempfile.TemporaryDirectory(prefix="beamport-start-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Return a port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_started_is_told_in_one_sentence(wrong, own_folder):
    settings, sentence = REFUSED[wrong]
    assert sentence in _refusal(own_folder, **settings)


def test_a_port_in_use_is_told_with_the_way_out(own_folder, taken_port):
    refusal = _refusal(own_folder, PORT=str(taken_port))
    assert refusal == (
        f"Beamport did not start: port {taken_port} is in use: "
        f"choose another (PORT={taken_port + 1} make run)."
    )


def test_a_second_start_on_the_same_data_names_the_first(beamport: Installation):
    refusal = _refusal(beamport.var)
    assert f"process {beamport.supervisor.pid} runs on {beamport.var} already" in refusal


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as another account only where root starts it")
def test_root_is_told_which_folder_postgresql_may_not_enter(own_folder):
    own_folder.chmod(0o700)
    refusal = _refusal(own_folder / "var")
    assert f"may not enter {own_folder}: allow it (chmod o+x {own_folder}), set BEAMPORT_VAR" in refusal


def test_make_names_the_python_that_is_too_old_or_missing(tmp_path):
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\ncase "$1" in -V) echo Python 3.9.2 ;; *) exit 1 ;; esac\n')
    old.chmod(0o755)
    assert f"needs Python 3.11 or newer; {old} is Python 3.9.2." in _make(tmp_path, old)[0]
    missing = tmp_path / "none"
    assert f"needs Python 3.11 or newer, and there is no {missing}." in _make(tmp_path, missing)[0]


def test_make_asks_for_the_registry_when_nothing_can_be_installed(tmp_path):
    told = _make(
        tmp_path,
        Path(sys.executable),
        PIP_INDEX_URL=f"http://{NOBODY_LISTENS}/simple",
        PIP_NO_CACHE_DIR="1",
        PIP_RETRIES="0",
    )
    assert told[-2].startswith("Beamport could not install its Python packages")
    assert "Is the package registry reachable?" in told[-2]


def test_nothing_stays_behind_and_the_data_are_there_at_the_next_start(own_folder):
    with installation(own_folder) as running:
        passwords = running.credentials()
        family = _family(running)
        running.supervisor.send_signal(signal.SIGKILL)
        running.supervisor.wait(5)
        assert _alive(family) == [], "after kill -9 of the supervisor"
    with installation(own_folder) as running:
        assert running.credentials() == passwords
        family = _family(running)
        running.supervisor.send_signal(signal.SIGINT)
        assert running.supervisor.wait(15) == 0
        assert _alive(family) == [], "after Ctrl-C"


def _refusal(folder: Path, **settings: str) -> str:
    """Start Beamport in vain; give its last words, which hold no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "config.supervisor"],
        cwd=ROOT,
        env=environment_for(folder, free_port()) | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith("Beamport did not start: ")]
    return sentence


def _make(folder: Path, python: Path, **settings: str) -> list[str]:
    """Install with make in vain, into an environment of its own; give the lines it complains with."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "MAKE"))}
    done = subprocess.run(
        ["make", "--no-print-directory", f"VENV={folder / 'venv'}", f"PYTHON={python}", "install"],
        cwd=ROOT,
        env=kept | settings,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode != 0, done.stdout
    return done.stderr.splitlines()


def _family(running: Installation) -> list[psutil.Process]:
    family = psutil.Process(running.supervisor.pid).children(recursive=True)
    assert len(family) >= len(("PostgreSQL", "Valkey", "demo beamline", "worker", "web"))
    return family


def _alive(family: list[psutil.Process]) -> list[psutil.Process]:
    return psutil.wait_procs(family, timeout=15)[1]
