"""What comes close together is written together; what is urgent waits for no rest."""

import threading

import pytest

from acquisition.queue.status import is_steering
from acquisition.worker.writing import WritingThread

DEADLINE_S = 20.0


@pytest.fixture
def written():
    return threading.Semaphore(0)


@pytest.fixture
def writer(written):
    """A writer that rests for an hour after each time."""

    def write():
        written.release()
        return True

    thread = WritingThread("test", write, pause_s=3600.0)
    thread.start()
    yield thread
    thread.stop(DEADLINE_S)


def test_what_is_urgent_ends_the_rest(writer, written):
    writer.wake()
    assert written.acquire(timeout=DEADLINE_S)
    writer.wake()
    assert not written.acquire(timeout=0.05), "it did not rest"
    writer.wake(is_urgent=True)
    assert written.acquire(timeout=DEADLINE_S)


def test_it_ends_at_once_while_it_rests(writer, written):
    writer.wake()
    assert written.acquire(timeout=DEADLINE_S)
    writer.stop(DEADLINE_S)
    assert written.acquire(timeout=DEADLINE_S), "the last word was not written"


@pytest.mark.parametrize(
    ("old", "new", "is_urgent"),
    [
        ("running", "pausing", True),
        ("pausing", "paused", True),
        ("paused", "running", True),
        ("aborting", "idle", True),
        ("idle", "running", False),
        ("running", "idle", False),
        ("paused", "paused", False),
    ],
)
def test_whoever_steers_waits_for_the_states_that_are_not_of_every_plan(old, new, is_urgent):
    assert is_steering(old, new) is is_urgent
