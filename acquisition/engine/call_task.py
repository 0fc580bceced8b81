"""A call looked at as a task."""

from __future__ import annotations

from acquisition.engine.call import Call
from acquisition.engine.context import Context


class CallTask:
    """The call in progress, looked at as a task that can be cancelled."""

    def __init__(self, ctx: Context, call: Call) -> None:
        self._ctx = ctx
        self._call = call

    def cancel(self) -> bool:
        """Throw a cancellation into the plan at its next message; False if the call is over."""
        if self._call.is_over:
            return False
        self._ctx.mailbox.is_cancelled = True
        self._ctx.mailbox.interrupt()
        return True

    def cancelled(self) -> bool:
        """Whether the plan was cancelled."""
        return self._call.was_cancelled

    def done(self) -> bool:
        """Whether the call is over."""
        return self._call.is_over
