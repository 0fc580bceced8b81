"""Whoever follows a run gets what is stored, each document once and in order."""

import asyncio
import threading

import pytest

from catalog import ingest
from catalog.models import Quarantine
from realtime import store
from realtime.hub import hub
from tests.integration.realtime.sockets import connected, session_headers
from tests.support.catalog_runs import SYSTEM, records_of, scan

ORIGIN = ingest.Origin("alpha", "P-1", "member")


def keep(records):
    return ingest.store(actor=SYSTEM, origin=ORIGIN, records=records)


def expected(records, since=-1):
    return [
        (record.ordinal, record.doc["seq_num"] if record.name == "event" else record.name)
        for record in records
        if record.ordinal > since
    ]


@pytest.fixture
def member(facility):
    return session_headers(facility.users["member"])


async def test_a_stored_run_is_sent_whole_and_from_any_ordinal(member):
    records = records_of(scan(30))
    await store.call(keep, records)
    topic = f"run:{records[0].run}"
    for since in (None, -1, 0, 7, 31):
        async with connected(member) as socket:
            answer = await socket.subscribe(topic, since)
            assert answer == {"type": "subscribed", "topic": topic, "seq": 32}
            found = await socket.documents(topic, 32)
            assert found == expected(records, -1 if since is None else since)


async def test_documents_arrive_while_they_are_stored_without_gap_or_duplicate_across_reconnects(member):
    records = records_of(scan(120))
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:2])

    async def acquire():
        for first in range(2, len(records), 7):
            await store.call(keep, records[first : first + 7])

    found, last = [], -1
    async with asyncio.TaskGroup() as group:
        group.create_task(acquire())
        for upto in (15, 50, 90, len(records) - 1):
            async with connected(member) as socket:
                await socket.subscribe(topic, last)
                found += await socket.documents(topic, upto)
                last = found[-1][0]
    assert found == expected(records)


async def test_a_socket_that_leaves_a_run_while_the_store_is_read_for_it_gets_it_when_it_comes_again(
    member, monkeypatch
):
    records = records_of(scan(5))
    topic = f"run:{records[0].run}"
    await store.call(keep, records)
    is_read, may_end, frames = threading.Event(), threading.Event(), store.frames

    def slow(run, since):
        is_read.set()
        assert may_end.wait(10)
        return frames(run, since)

    async with connected(member) as socket:
        monkeypatch.setattr(store, "frames", slow)
        await socket.subscribe(topic)
        await asyncio.to_thread(is_read.wait, 10)
        await socket.send(type="unsubscribe", topic=topic)
        await socket.until(type="unsubscribed", topic=topic)
        monkeypatch.setattr(store, "frames", frames)
        may_end.set()
        await socket.subscribe(topic)
        async with asyncio.timeout(10):
            assert await socket.documents(topic, len(records) - 1) == expected(records)


async def test_frames_go_through_the_broker_and_the_store_is_not_read_for_them(member, monkeypatch):
    records = records_of(scan(40))
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:3])
    async with connected(member) as socket:
        await socket.subscribe(topic)
        await socket.documents(topic, 2)
        monkeypatch.setattr(store, "frames", lambda run, since: pytest.fail("the store was read"))
        await store.call(keep, records[3:20])
        await store.call(keep, records[20:])
        assert await socket.documents(topic, len(records) - 1) == expected(records, 2)


async def test_a_lost_frame_heals_from_the_store(member, monkeypatch):
    records = records_of(scan(20))
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:3])
    async with connected(member) as socket:
        await socket.subscribe(topic)
        await socket.documents(topic, 2)
        feed = hub().feeds[topic]
        hear = feed.hear
        monkeypatch.setattr(feed, "hear", lambda payload: None)
        await store.call(keep, records[3:10])
        assert await socket.documents(topic, 9) == expected(records[:10], 2)
        monkeypatch.setattr(feed, "hear", hear)
        await store.call(keep, records[10:])
        assert await socket.documents(topic, len(records) - 1) == expected(records, 9)


async def test_ordinals_of_refused_documents_are_passed_over(member):
    records = records_of(scan(6))
    records[4].doc["descriptor"] = "no such descriptor"
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:3])
    async with connected(member) as socket:
        await socket.subscribe(topic)
        await socket.documents(topic, 2)
        await store.call(keep, records[3:])
        kept = [record for record in records if record.ordinal != 4]
        last = len(records) - 1
        assert await socket.documents(topic, last) == expected(kept, 2)
    assert await store.call(lambda: Quarantine.objects.filter(is_stored=False).count()) == 1
    async with connected(member) as socket:
        await socket.subscribe(topic)
        assert await socket.documents(topic, last) == expected(kept)
    async with connected(member) as socket:
        await socket.subscribe(topic, 3)
        assert await socket.documents(topic, last) == expected(kept, 4)


async def test_many_sockets_of_one_run_get_the_same(member):
    records = records_of(scan(60))
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:10])

    async def follow(since):
        async with connected(member) as socket:
            await socket.subscribe(topic, since)
            return await socket.documents(topic, len(records) - 1)

    followers = [asyncio.create_task(follow(since)) for since in (-1, -1, 3, 5, 9)]
    for first in range(10, len(records), 10):
        await store.call(keep, records[first : first + 10])
    found = await asyncio.gather(*followers)
    assert found == [expected(records, since) for since in (-1, -1, 3, 5, 9)]
    assert not hub().feeds


async def test_a_client_ahead_of_the_store_is_told_to_fetch_anew(member):
    records = records_of(scan(3))
    await store.call(keep, records)
    async with connected(member) as socket:
        topic = f"run:{records[0].run}"
        assert await socket.subscribe(topic, 1000) == {"type": "reset", "topic": topic}


async def test_a_run_is_not_followed_by_outsiders_nor_by_part_of_its_uid(facility, member):
    records = records_of(scan(3))
    await store.call(keep, records)
    uid = records[0].run
    outsider = await store.call(session_headers, facility.users["outsider"])
    async with connected(outsider) as socket:
        hidden = await socket.subscribe(f"run:{uid}")
        unknown = await socket.subscribe("run:00000000-0000-4000-8000-000000000000")
        assert hidden["code"] == unknown["code"] == "not_found"
        assert hidden["detail"].replace(uid, "") == unknown["detail"].replace(unknown["topic"][4:], "")
    async with connected(member) as socket:
        assert (await socket.subscribe(f"run:{uid[:8]}"))["code"] == "not_found"
        assert (await socket.subscribe(f"run:{uid}"))["type"] == "subscribed"


async def test_live_tells_of_the_newest_run_that_its_reader_may_see(facility, member):
    outsider = await store.call(session_headers, facility.users["other_staff"])
    first, second = records_of(scan(2, time=1000.0)), records_of(scan(2, time=2000.0))
    async with connected(member) as socket:
        await socket.subscribe("live:alpha")
        assert (await socket.until(type="message"))["payload"]["run"] is None
        await store.call(keep, first)
        message = await socket.until(type="message")
        while message["payload"]["is_open"] or message["payload"]["run"] is None:
            message = await socket.until(type="message")
        assert message["payload"] == {"run": first[0].run, "is_open": False, "time": 1000.0}
        await store.call(keep, second[:1])
        message = await socket.until(type="message")
        assert message["payload"] == {"run": second[0].run, "is_open": True, "time": 2000.0}
    async with connected(outsider) as socket:
        assert (await socket.subscribe("live:alpha"))["code"] == "not_found"
