"""What the client answers, whom it believes, and how often it asks."""

import threading

import pytest

from acquisition.devices.backends.ca_circuit import Reply
from acquisition.devices.backends.ca_client import Client
from acquisition.devices.backends.ca_search import (
    DATAGRAM_BYTES,
    LONGEST_PAUSE_S,
    PATIENT_AFTER_S,
    PATIENT_PAUSE_S,
    Searcher,
    Wanted,
    packed,
)


def test_a_reply_tells_once():
    seen = []
    reply = Reply("P", seen.append)
    reply.set()
    reply.set(refusal="too late")
    assert seen == [reply]
    assert reply.response is None
    assert reply.refusal is None


def test_a_client_of_loopback_servers_ignores_answers_from_elsewhere():
    found = []
    searcher = Searcher([("127.0.0.1", 9)], found.append)
    try:
        searcher.want(7, "P")
        answer = bytes.fromhex("0006000813ca00000000000000000007000d000000000000")
        answer = answer[:8] + b"\xff\xff\xff\xff" + answer[12:]
        searcher.received(answer, ("192.0.2.1", 5064))
        assert found == []
        searcher.received(answer, ("127.0.0.1", 5064))
        assert found == [{("127.0.0.1", 5066): [7]}]
        searcher.received(answer, ("127.0.0.1", 5064))
        assert found == [{("127.0.0.1", 5066): [7]}]
    finally:
        searcher.close()


def test_searches_become_rarer_but_never_end():
    wanted, now, pauses = Wanted(1, b"", 0.0), 0.0, []
    while now < 3 * PATIENT_AFTER_S:
        wanted.asked(now)
        pauses.append(wanted.due - now)
        now = wanted.due
    assert pauses[0] < pauses[1] < pauses[2]
    assert max(pauses[:20]) == pytest.approx(LONGEST_PAUSE_S)
    assert pauses[-1] == pytest.approx(PATIENT_PAUSE_S)


@pytest.mark.parametrize("count", [1, 500])
def test_searches_are_packed_into_datagrams_that_pass_any_network(count):
    requests = [bytes([number % 256]) * 32 for number in range(count)]
    datagrams = packed(requests)
    assert max(map(len, datagrams)) <= DATAGRAM_BYTES
    assert b"".join(datagram[16:] for datagram in datagrams) == b"".join(requests)


def test_a_closed_client_leaves_no_thread():
    before = set(threading.enumerate())
    client = Client([("127.0.0.1", 9)])
    client.channel("NOBODY", lambda channel: None)
    assert set(threading.enumerate()) - before
    client.close()
    client.close()
    assert set(threading.enumerate()) - before == set()
