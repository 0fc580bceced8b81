"""The thread on which callbacks of users run."""

import threading

from acquisition.devices.backends.dispatcher import Dispatcher


def test_callbacks_run_in_order_on_one_thread_and_one_that_raises_ends_nothing(caplog):
    dispatcher, seen, done = Dispatcher("callbacks"), [], threading.Event()
    dispatcher.submit(lambda: 1 / 0)
    for number in range(3):
        dispatcher.submit(lambda number=number: seen.append((number, threading.current_thread().name)))
    dispatcher.submit(done.set)
    assert done.wait(5)
    dispatcher.close()
    assert [number for number, _ in seen] == [0, 1, 2]
    assert {name for _, name in seen} == {"callbacks"}
    assert "division by zero" in caplog.text


def test_a_closed_dispatcher_calls_nothing():
    dispatcher, seen = Dispatcher(), []
    dispatcher.close()
    dispatcher.submit(lambda: seen.append(1))
    assert seen == []
