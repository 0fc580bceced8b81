"""The guard: asked before each message is carried out, it may refuse by raising.

What it raises is thrown into the plan at that message, so the plan's clean-up runs (and is guarded too).
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Guard(Protocol):
    """Callable that looks at a message and raises if it must not be carried out."""

    def __call__(self, msg: Any, /) -> object:
        """Raise to refuse the message."""


class AllOf:
    """A guard that asks several in order; the first that raises decides."""

    def __init__(self, *guards: Guard) -> None:
        self._guards = guards

    def __call__(self, msg: Any, /) -> None:
        """Raise to refuse the message."""
        for guard in self._guards:
            guard(msg)
