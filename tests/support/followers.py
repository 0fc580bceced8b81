"""Programs that follow a run over real sockets, many in one thread; they come back by themselves."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

JITTER_S = 1.0


@dataclass
class Follower:
    """One program: what it was shown of its run, and when it had a socket."""

    topic: str
    key: str
    pause_s: float = 0.0
    covered: int = -1
    ordinals: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    connected_at: list[float] = field(default_factory=list)
    delayed: int = 0

    async def follow(self, address: str) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._once(address)
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(random.uniform(0.0, JITTER_S))  # noqa: S311  no secret

    async def _once(self, address: str) -> None:
        headers = {"Authorization": f"ApiKey {self.key}"}
        async with connect(address, additional_headers=headers, max_size=None, open_timeout=10) as socket:
            since = self.covered if self.covered >= 0 else None
            await socket.send(json.dumps({"type": "subscribe", "topic": self.topic, "since": since}))
            self.connected_at.append(time.monotonic())
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "heartbeat":
                    self.delayed += message["delayed"]
                elif message["type"] == "message":
                    self._take(message["payload"])
                    await asyncio.sleep(self.pause_s)
                elif message["type"] in ("error", "reset"):
                    self.faults.append(text if isinstance(text, str) else "bytes")

    def _take(self, payload: dict[str, Any]) -> None:
        """Take what lies behind what is covered already; a hole or a step back is a fault."""
        if payload["first"] != self.covered + 1:
            self.faults.append(f"got {payload['first']}… after {self.covered}")
        found = [entry[0] for entry in payload["documents"]]
        for batch in payload["events"]:
            found += range(batch["ordinal_first"], batch["ordinal_last"] + 1)
        self.ordinals += sorted(found)
        self.covered = payload["last"]


@contextmanager
def following(address: str, followers: list[Follower]) -> Iterator[None]:
    """Let them follow while the block runs."""
    loop = asyncio.new_event_loop()

    async def all_of_them() -> None:
        tasks = [asyncio.create_task(one.follow(address)) for one in followers]
        ended.append(tasks)
        await asyncio.gather(*tasks, return_exceptions=True)

    ended: list[list[asyncio.Task[None]]] = []
    thread = threading.Thread(target=loop.run_until_complete, args=(all_of_them(),), daemon=True)
    thread.start()
    try:
        yield
    finally:
        for task in [task for tasks in ended for task in tasks]:
            loop.call_soon_threadsafe(task.cancel)
        thread.join(20)
        loop.close()
