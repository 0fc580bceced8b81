"""Who asks the same at the same time shares a read that began after the question."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from acquisition.queue.together import Together

DEADLINE_S = 30.0


class Store:
    """A value that takes a while to read."""

    def __init__(self):
        self.value = "before"
        self.reads = 0
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def read(self):
        self.reads += 1
        found = self.value
        self.has_begun.set()
        assert self.may_end.wait(DEADLINE_S)
        return found


def test_who_asks_during_a_read_is_not_told_what_was_true_before():
    store, together = Store(), Together()
    with ThreadPoolExecutor(6) as threads:
        early = threads.submit(together.ask, "alpha", store.read)
        assert store.has_begun.wait(DEADLINE_S)
        store.value = "now"
        late = [threads.submit(together.ask, "alpha", store.read) for _ in range(5)]
        store.may_end.set()
        assert early.result(DEADLINE_S) == "before"
        assert {one.result(DEADLINE_S) for one in late} == {"now"}
    assert store.reads <= 6


def test_many_that_ask_at_once_share_one_read(monkeypatch):
    store, together, count = Store(), Together(), 5
    with ThreadPoolExecutor(count + 1) as threads:
        first = threads.submit(together.ask, "alpha", store.read)
        assert store.has_begun.wait(DEADLINE_S)
        asked = threading.Barrier(count + 1)

        def ask():
            asked.wait(DEADLINE_S)
            return together.ask("alpha", store.read)

        shared = [threads.submit(ask) for _ in range(count)]
        asked.wait(DEADLINE_S)
        deadline = threading.Event()
        while together.waiting("alpha") < count and not deadline.wait(0.01):
            pass
        store.may_end.set()
        assert first.result(DEADLINE_S) == "before"
        assert [one.result(DEADLINE_S) for one in shared] == ["before"] * count
    assert store.reads == 2


def test_a_read_that_fails_fails_for_who_waits_and_for_nobody_after():
    together = Together()

    def fail():
        raise LookupError("no such beamline")

    for _ in range(2):
        with pytest.raises(LookupError):
            together.ask("gone", fail)
    assert together.ask("gone", lambda: 3) == 3


def test_other_questions_do_not_wait():
    store, together = Store(), Together()
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(together.ask, "alpha", store.read)
        assert store.has_begun.wait(DEADLINE_S)
        assert together.ask("beta", lambda: "at once") == "at once"
        store.may_end.set()
        assert busy.result(DEADLINE_S) == "before"
