"""The client's callback thread, and whom it believes."""

import threading

from acquisition.devices.backends.ca_client import Broadcaster, Client, Dispatcher, Reply


def test_callbacks_run_in_order_on_one_thread_and_one_that_raises_ends_nothing(caplog):
    dispatcher, seen, done = Dispatcher(), [], threading.Event()
    dispatcher.submit(lambda: 1 / 0)
    for number in range(3):
        dispatcher.submit(lambda number=number: seen.append((number, threading.current_thread().name)))
    dispatcher.submit(done.set)
    assert done.wait(5)
    dispatcher.close()
    assert [number for number, _ in seen] == [0, 1, 2]
    assert {name for _, name in seen} == {"channel-access-callbacks"}
    assert "division by zero" in caplog.text


def test_a_closed_dispatcher_calls_nothing():
    dispatcher, seen = Dispatcher(), []
    dispatcher.close()
    dispatcher.submit(lambda: seen.append(1))
    assert seen == []


def test_a_reply_tells_once():
    seen = []
    reply = Reply("P", seen.append)
    reply.set()
    reply.set()
    assert seen == [reply]
    assert reply.response is None


def test_a_client_of_loopback_servers_ignores_answers_from_elsewhere():
    broadcaster = Broadcaster([("127.0.0.1", 5)])
    taken = []
    broadcaster.broadcaster.recv = lambda data, address: taken.append(address)
    broadcaster.received(b"x", ("192.0.2.1", 5064))
    broadcaster.received(b"x", ("127.0.0.1", 5064))
    broadcaster.disconnect(wait=False)
    assert taken == [("127.0.0.1", 5064)]


def test_a_closed_client_leaves_no_thread_but_the_sleeper_that_ends_by_itself():
    before = set(threading.enumerate())
    client = Client([("127.0.0.1", 9)])
    client.pv("NOBODY", lambda pv, state: None)
    assert set(threading.enumerate()) - before
    client.close()
    client.close()
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(5)
    assert not [thread.name for thread in left if thread.is_alive()]
