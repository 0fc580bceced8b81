"""The asyncio loop that async devices live on, when they are connected before there is an engine.

Devices of ophyd-async stay on the loop on which they were connected, and look for it where bluesky keeps it.
An engine that is made later takes this loop as its own.
"""

from __future__ import annotations

import asyncio
import importlib
import threading
from typing import Any

_running: list[tuple[asyncio.AbstractEventLoop, threading.Thread]] = []
_lock = threading.Lock()


def loop_for_devices() -> asyncio.AbstractEventLoop:
    """Return the loop of the engine if there is one, else one that is kept for the engine to come."""
    bluesky: Any = importlib.import_module("bluesky.run_engine")
    loop: asyncio.AbstractEventLoop | None = bluesky.get_bluesky_event_loop()
    if loop is not None and loop.is_running():
        return loop
    with _lock:
        if not _running:
            loop = asyncio.new_event_loop()
            thread = threading.Thread(target=loop.run_forever, name="async-devices", daemon=True)
            thread.start()
            _running.append((loop, thread))
        loop = _running[0][0]
    bluesky.set_bluesky_event_loop(loop)
    return loop


def kept_loop() -> tuple[asyncio.AbstractEventLoop, threading.Thread] | None:
    """Return the loop that devices were connected on before there was an engine, and its thread."""
    with _lock:
        return _running[0] if _running else None
