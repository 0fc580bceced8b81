"""One acquisition at a time, which can be broken off."""

from __future__ import annotations

import asyncio
import time


class Exposure:
    """Lets a time pass; `break_off` ends it early."""

    def __init__(self) -> None:
        self.is_going_on = False
        self._broken_off = asyncio.Event()

    async def last(self, seconds: float) -> float:
        """Let ``seconds`` pass, and return how many did.

        Raises
        ------
        RuntimeError
            If an acquisition is going on.
        """
        if self.is_going_on:
            raise RuntimeError("an acquisition is going on")
        self.is_going_on = True
        self._broken_off.clear()
        begun = time.monotonic()
        try:
            await asyncio.wait_for(self._broken_off.wait(), seconds)
        except TimeoutError:
            return seconds
        finally:
            self.is_going_on = False
        return min(time.monotonic() - begun, seconds)

    def break_off(self) -> None:
        """End what goes on."""
        self._broken_off.set()
