"""The PostgreSQL of the installation: one that reads its log for long after a crash is waited for."""

import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import pytest

from config import embedded
from tests.support.installation import wait_for


@pytest.fixture
def folder():
    """A data folder that the account of the server may enter."""
    with tempfile.TemporaryDirectory(prefix="beamport-embedded-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_a_database_that_recovers_for_longer_than_a_start_may_take_is_waited_for(folder, monkeypatch):
    embedded.start_postgres(folder).stop()
    data = folder / "postgres"
    # A standby without a primary recovers until it is promoted.
    (data / "standby.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write("hot_standby = off\n")
    monkeypatch.setattr(embedded, "START_TIMEOUT_S", 1.0)
    began, ended = time.monotonic(), []
    promoter = threading.Thread(target=lambda: ended.append(promote_later(data, folder / "postgres.log")))
    promoter.start()
    server = embedded.start_postgres(folder)
    try:
        promoter.join()
        assert time.monotonic() - began >= 2.0
        assert server.process.poll() is None
    finally:
        server.stop()


def promote_later(data, log):
    """End the recovery, more than one start's time after the first caller was turned away."""
    wait_for("a caller is turned away", lambda: embedded.RECOVERING in log.read_text())
    time.sleep(2.0)
    (data / "promote").touch()
    pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGUSR1)
