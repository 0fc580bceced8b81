"""What the engine passes through is told only when it lasts; what it comes to is told at once."""

import queue

import pytest

from acquisition.queue.leases import Grant
from acquisition.worker import reporter as module
from acquisition.worker.reporter import Reporter

DEADLINE_S = 20.0


class Told(Reporter):
    """A reporter that tells the test instead of the database; it rests for long after each word."""

    def __init__(self):
        super().__init__(Grant("demo", 1, "me", 1))
        self._writer._pause_s = 3600.0
        self.states = queue.SimpleQueue()

    def _write(self, word):
        self.states.put(word.engine_state)


@pytest.fixture
def told():
    found = Told()
    found.start()
    yield found
    found.stop()


def test_a_pause_that_stands_at_once_is_told_as_one_word(told, monkeypatch):
    monkeypatch.setattr(module, "PASSING_S", DEADLINE_S)
    for state in ("running", "pausing", "paused"):
        told.say(engine_state=state)
    while (state := told.states.get(timeout=DEADLINE_S)) != "paused":
        assert state == "running"


def test_a_pause_that_takes_long_is_told_while_it_is_on_its_way(told, monkeypatch):
    monkeypatch.setattr(module, "PASSING_S", 0.0)
    told.say(engine_state="running")
    assert told.states.get(timeout=DEADLINE_S) == "running"
    for state in ("pausing", "paused", "running", "aborting"):
        told.say(engine_state=state)
        assert told.states.get(timeout=DEADLINE_S) == state
