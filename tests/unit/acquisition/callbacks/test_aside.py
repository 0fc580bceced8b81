"""A callback aside: in order, and neither its failure nor its hanging reaches the engine."""

import threading

import pytest

from acquisition.callbacks.aside import Aside

DEADLINE_S = 10


@pytest.fixture
def make_aside():
    made = []

    def make(callback, **kwargs):
        made.append(Aside(callback, **kwargs))
        return made[-1]

    yield make
    for aside in made:
        assert aside.close(DEADLINE_S)


def test_documents_come_in_order_on_another_thread(make_aside):
    seen = []
    aside = make_aside(lambda name, doc: seen.append((name, doc["n"], threading.current_thread().name)))
    for number in range(5):
        aside("event", {"n": number})
    assert aside.close(DEADLINE_S)
    assert seen == [("event", number, "callback-aside") for number in range(5)]
    assert (aside.error, aside.missed) == (None, 0)


def test_a_callback_that_fails_is_told_once_and_called_no_more(make_aside, caplog):
    calls = []

    def broken(name, doc):
        calls.append(name)
        raise OSError("disk full")

    aside = make_aside(broken)
    aside("start", {})
    assert aside.close(DEADLINE_S)
    for _ in range(100):
        aside("event", {})
    assert calls == ["start"]
    assert str(aside.error) == "disk full"
    assert aside.missed == 101
    assert caplog.text.count("called no more") == 1


def test_a_callback_that_hangs_holds_nobody_and_misses_what_does_not_fit(make_aside, caplog):
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def slow(name, doc):
        begun.set()
        assert go_on.wait(DEADLINE_S)
        seen.append(doc["n"])

    aside = make_aside(slow, max_waiting=3)
    aside("event", {"n": 0})
    assert begun.wait(DEADLINE_S)
    for number in range(1, 10):
        aside("event", {"n": number})
    assert aside.missed == 6
    assert not aside.close(timeout_s=0.01)
    go_on.set()
    assert aside.close(DEADLINE_S)
    assert seen == [0, 1, 2, 3]
    assert caplog.text.count("misses what follows") == 1
