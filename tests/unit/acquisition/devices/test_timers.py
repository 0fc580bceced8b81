"""Timed calls come in the order of their times, and not after being cancelled."""

import threading

from acquisition.devices.timers import TimerThread


def test_calls_come_in_order_of_their_time_not_of_their_making():
    timers, seen, done = TimerThread(), [], threading.Event()
    timers.call_later(0.03, lambda: (seen.append("late"), done.set()))
    timers.call_later(0.01, lambda: seen.append("early"))
    assert done.wait(5)
    assert seen == ["early", "late"]


def test_a_near_call_does_not_wait_for_a_far_one_that_was_made_before():
    timers, done = TimerThread(), threading.Event()
    far = timers.call_later(3600.0, lambda: None)
    timers.call_later(0.01, done.set)
    assert done.wait(5)
    far.cancel()


def test_a_cancelled_call_does_not_come():
    timers, seen, done = TimerThread(), [], threading.Event()
    timers.call_later(0.01, lambda: seen.append("cancelled")).cancel()
    timers.call_later(0.03, done.set)
    assert done.wait(5)
    assert seen == []


def test_a_call_that_raises_does_not_end_the_others(caplog):
    timers, done = TimerThread(), threading.Event()
    timers.call_later(0.0, lambda: 1 / 0)
    timers.call_later(0.01, done.set)
    assert done.wait(5)
    assert "division by zero" in caplog.text


def test_the_thread_ends_when_there_is_nothing_to_do_and_starts_again(monkeypatch):
    monkeypatch.setattr("acquisition.devices.timers.LINGER_S", 0.01)
    timers, threads = TimerThread(), []
    for _ in range(2):
        done = threading.Event()

        def fire(done=done):
            threads.append(threading.current_thread())
            done.set()

        timers.call_later(0.0, fire)
        assert done.wait(5)
        threads[-1].join(5)
        assert not threads[-1].is_alive()
    assert threads[0] is not threads[1]
