"""A pause that can be cut short by what is urgent."""

import asyncio
import contextlib


class Rest:
    """Rests between two turns of one task.

    What is said between `begin` and the end of `take` counts, so nothing urgent that comes during the turn is
    lost.
    """

    def __init__(self) -> None:
        self._is_over = asyncio.Event()

    def begin(self) -> None:
        """Begin a turn: what was urgent before is being seen to."""
        self._is_over.clear()

    def end(self) -> None:
        """End the rest of this turn, also one that is still to come."""
        self._is_over.set()

    async def take(self, seconds: float) -> None:
        """Rest, for so long at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_over.wait()
