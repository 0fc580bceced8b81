"""A program that ends is started again: at once when it had served, ever later when it ends early."""

import subprocess
import sys
import time

import pytest

from config import supervisor
from config.supervisor import EARLY_S, Program


@pytest.fixture
def program():
    found = Program("short", lambda: subprocess.Popen([sys.executable, "-c", ""]))
    found.run()
    yield found
    found.process.wait()


def pause_after(program, age_s):
    """Let the program end at an age; give how long it is waited before the next start."""
    program.process.wait()
    program.started_at = time.monotonic() - age_s
    program.look_after()
    return program.retry_at


def test_who_ends_early_is_waited_for_ever_longer_and_who_served_is_not(program, monkeypatch):
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: 1000.0)
    pauses = []
    for age in (0.0, 0.0, 0.0, EARLY_S + 1, 0.0):
        pauses.append(round(pause_after(program, age) - 1000.0, 1))
        program.retry_at = 0.0
    assert pauses == [0.4, 0.8, 1.6, 0.2, 0.4]
