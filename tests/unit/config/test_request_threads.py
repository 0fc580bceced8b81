"""Threads that serve requests are used again, and never by two requests at once."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from asgiref.sync import AsyncToSync, sync_to_async

from config.request_threads import Application, RequestThreads


async def _thread_of_a_request(threads: RequestThreads) -> int:
    async with threads.one():
        return await sync_to_async(threading.get_ident)()


def test_a_thread_serves_one_request_after_another_and_keeps_what_is_its_own() -> None:
    own = threading.local()

    def counted() -> int:
        own.served = getattr(own, "served", 0) + 1
        return int(own.served)

    async def serve() -> list[int]:
        threads = RequestThreads()
        served = []
        for _ in range(20):
            async with threads.one():
                served.append(await sync_to_async(counted)())
        return served

    assert max(asyncio.run(serve())) > 1


def test_requests_at_the_same_moment_have_a_thread_each() -> None:
    async def serve() -> set[int]:
        threads = RequestThreads()
        both_are_in = threading.Barrier(2, timeout=10)

        async def one() -> int:
            async with threads.one():
                await sync_to_async(both_are_in.wait)()
                return await sync_to_async(threading.get_ident)()

        return set(await asyncio.gather(one(), one()))

    assert len(asyncio.run(serve())) == 2


def test_a_request_that_is_given_up_keeps_its_thread_until_its_work_is_done() -> None:
    async def serve() -> tuple[int, int]:
        threads = RequestThreads()
        is_working, may_end = threading.Event(), threading.Event()
        busy = []

        def work() -> None:
            busy.append(threading.get_ident())
            is_working.set()
            may_end.wait(10)

        async def given_up() -> None:
            async with threads.one():
                await sync_to_async(work)()

        task = asyncio.create_task(given_up())
        await asyncio.to_thread(is_working.wait, 10)
        task.cancel()
        other = await asyncio.wait_for(_thread_of_a_request(threads), 10)
        may_end.set()
        await asyncio.gather(task, return_exceptions=True)
        return busy[0], other

    first, other = asyncio.run(serve())
    assert first != other


def test_no_more_threads_wait_than_are_allowed() -> None:
    async def serve() -> int:
        threads = RequestThreads(max_idle=1)
        both_are_in = threading.Barrier(2, timeout=10)

        async def one() -> None:
            async with threads.one():
                await sync_to_async(both_are_in.wait)()

        await asyncio.gather(one(), one())
        deadline = time.monotonic() + 10
        while _waiting() > 1 and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        return _waiting()

    assert asyncio.run(serve()) == 1


def test_a_request_does_not_come_back_from_its_thread_before_it_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    came_back: list[Any] = []
    plain = AsyncToSync.__call__

    def noted(self: Any, *args: Any, **rest: Any) -> Any:
        came_back.append(self)
        return plain(self, *args, **rest)

    monkeypatch.setattr(AsyncToSync, "__call__", noted)
    told: list[dict[str, Any]] = []

    async def ask() -> None:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        heard.put_nowait({"type": "http.request", "body": b"", "more_body": False})

        async def send(message: dict[str, Any]) -> None:
            told.append(message)

        scope = {"type": "http", "method": "GET", "path": "/api/nothing", "query_string": b""}
        await Application()({**scope, "headers": [(b"host", b"127.0.0.1")]}, heard.get, send)

    asyncio.run(ask())
    assert told[0]["status"] == 404
    assert came_back == []


def _waiting() -> int:
    return sum(thread.name.startswith("request") for thread in threading.enumerate())
