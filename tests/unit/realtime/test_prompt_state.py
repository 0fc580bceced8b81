"""Doorbells that come close together make one read; that the engine is steered is read at once."""

import asyncio

import pytest

from realtime.feeds import EngineFeed
from realtime.rest import Rest
from realtime.topics import parse

DEADLINE_S = 20.0


class Engine(EngineFeed):
    """A feed whose state the test sets; it rests for an hour between two reads."""

    pause_s = 3600.0

    def __init__(self):
        super().__init__(parse("engine:demo"))
        self.state, self.reads = "running", asyncio.Semaphore(0)

    async def read(self):
        self.reads.release()
        return {"engine_state": self.state, "version": self.version}

    def ring(self, state):
        self.state = state
        self.hear({"engine_state": state})


async def read_once(engine):
    async with asyncio.timeout(DEADLINE_S):
        await engine.reads.acquire()


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def engine():
    feed = Engine()
    feed.ring("running")
    await read_once(feed)
    yield feed
    await feed.close()


async def test_a_pause_is_read_before_the_rest_is_over(engine):
    for state in ("pausing", "paused", "running"):
        engine.ring(state)
        await read_once(engine)
        await settle()
        assert engine.value["engine_state"] == state


async def test_plans_that_come_and_go_wait_for_the_rest(engine):
    for state in ("idle", "running", "idle"):
        engine.ring(state)
        await settle()
    assert engine.reads.locked(), "it was read during the rest"


async def test_what_is_urgent_during_a_turn_is_not_lost():
    rest = Rest()
    rest.begin()
    rest.end()
    async with asyncio.timeout(DEADLINE_S):
        await rest.take(3600.0)


async def test_a_rest_ends_by_itself():
    rest = Rest()
    rest.begin()
    async with asyncio.timeout(DEADLINE_S):
        await rest.take(0.001)
