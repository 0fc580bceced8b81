"""The asyncio loop of the engine, kept running on a daemon thread of its own.

Only awaitables go there: async device methods, status objects that are tasks, coroutine commands. The loop is
made known to bluesky when that is installed, because ophyd-async looks for it there.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import inspect
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from acquisition.devices.async_loop import kept_loop
from acquisition.engine.interrupts import Mailbox

#: Seconds that a cancelled awaitable gets to finish before the engine goes on without it.
CANCEL_GRACE_S = 5.0

#: Seconds that a call which no interruption may cut off gets: those that bring devices to rest.
UNCUT_TIMEOUT_S = 30.0

#: Seconds that the loop may take to begin what another thread hands over.
START_TIMEOUT_S = 10.0

THREAD_NAME = "bluesky-run-engine"

_threads: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, threading.Thread] = weakref.WeakKeyDictionary()


class _OwnLoopRegistry:
    """Knows the loop of the last engine made, where bluesky is not installed."""

    loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def get_bluesky_event_loop(cls) -> asyncio.AbstractEventLoop | None:
        """Give the loop that devices share with the engine."""
        return cls.loop

    @classmethod
    def set_bluesky_event_loop(cls, loop: asyncio.AbstractEventLoop) -> None:
        """Make a loop the one that devices share with the engine."""
        cls.loop = loop

    @classmethod
    def in_bluesky_event_loop(cls) -> bool:
        """Whether the calling code runs on that loop."""
        try:
            return asyncio.get_running_loop() is cls.loop
        except RuntimeError:
            return False

    @classmethod
    def call_in_bluesky_event_loop(cls, coro: Any, timeout: float | None = None) -> Any:
        """Run a coroutine on that loop from another thread and give its result."""
        if cls.loop is None or not cls.loop.is_running():
            if inspect.iscoroutine(coro):
                coro.close()
            raise RuntimeError("The engine's event loop does not run: make a RunEngine first.")
        return asyncio.run_coroutine_threadsafe(coro, cls.loop).result(timeout=timeout)

    @classmethod
    def autoawait_in_bluesky_event_loop(cls, ip: Any = None) -> None:
        """Have an IPython shell run its top-level awaits on that loop."""
        if ip is None:
            ip = importlib.import_module("IPython").get_ipython()
        ip.loop_runner = cls.call_in_bluesky_event_loop


if TYPE_CHECKING:
    _registry = _OwnLoopRegistry
else:
    try:
        import bluesky.run_engine as _registry
    except ImportError:
        _registry = _OwnLoopRegistry

get_bluesky_event_loop = _registry.get_bluesky_event_loop
set_bluesky_event_loop = _registry.set_bluesky_event_loop
in_bluesky_event_loop = _registry.in_bluesky_event_loop
call_in_bluesky_event_loop = _registry.call_in_bluesky_event_loop
autoawait_in_bluesky_event_loop = _registry.autoawait_in_bluesky_event_loop


class _LaterHandle:
    """A call to be made later, cancellable from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.Handle | None = None
        self._is_cancelled = False

    def arm(self, schedule: Callable[[], asyncio.Handle]) -> None:
        if not self._is_cancelled:
            self._handle = schedule()

    def cancel(self) -> None:
        """Do not make the call."""
        self._is_cancelled = True
        self._loop.call_soon_threadsafe(self._disarm)

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def cancelled(self) -> bool:
        """Whether the call was given up."""
        return self._is_cancelled


class SharedTask(asyncio.Task[Any]):
    """A task made for another thread, which may cancel it from there."""

    def cancel(self, msg: Any = None) -> bool:
        """Ask the task to end; takes effect on the loop's thread."""
        loop = self.get_loop()
        if _is_running_here(loop):
            return super().cancel(msg)
        if self.done():
            return False
        loop.call_soon_threadsafe(super().cancel, msg)
        return True


class LoopFromAnyThread:
    """The engine's loop as plans and devices see it: scheduling works from any thread.

    Plans run beside the loop, not on it, and much code written for plans schedules calls on the engine's
    loop. Asked
    from another thread, these calls are handed over; everything else is the loop's own.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def _schedule(self, name: str, *args: Any, **kwargs: Any) -> Any:
        schedule = getattr(self._loop, name)
        if _is_running_here(self._loop):
            return schedule(*args, **kwargs)
        handle = _LaterHandle(self._loop)
        self._loop.call_soon_threadsafe(handle.arm, lambda: schedule(*args, **kwargs))
        return handle

    def create_task(self, coro: Any, **kwargs: Any) -> asyncio.Task[Any]:
        """Start a coroutine on the loop; gives the task, which may be cancelled from any thread."""
        if _is_running_here(self._loop):
            return self._loop.create_task(coro, **kwargs)
        made: concurrent.futures.Future[asyncio.Task[Any]] = concurrent.futures.Future()
        self._loop.call_soon_threadsafe(lambda: made.set_result(SharedTask(coro, loop=self._loop, **kwargs)))
        return made.result(timeout=START_TIMEOUT_S)

    def call_soon(self, *args: Any, **kwargs: Any) -> Any:
        """Schedule a call; see `asyncio.AbstractEventLoop.call_soon`."""
        return self._schedule("call_soon", *args, **kwargs)

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Schedule a call after a delay in seconds."""
        return self._schedule("call_later", *args, **kwargs)

    def call_at(self, *args: Any, **kwargs: Any) -> Any:
        """Schedule a call at a time of the loop's clock."""
        return self._schedule("call_at", *args, **kwargs)


def _is_running_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


async def _settle(value: Any) -> Any:
    """Give a value, or what an awaitable or an async generator comes to."""
    if inspect.isasyncgen(value):
        return [item async for item in value]
    if inspect.isawaitable(value):
        return await value
    return value


class _Job:
    """One call made on the loop; the caller polls `is_finished`."""

    __slots__ = ("error", "is_finished", "result", "task")

    def __init__(self) -> None:
        self.is_finished = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.task: asyncio.Task[Any] | None = None

    def settled(self, task: asyncio.Task[Any], mailbox: Mailbox) -> None:
        if task.cancelled():
            self.error = asyncio.CancelledError()
        else:
            self.error = task.exception()
            if self.error is None:
                self.result = task.result()
        self.finish(mailbox)

    def finish(self, mailbox: Mailbox) -> None:
        self.is_finished = True
        mailbox.wake()


class LoopThread:
    """Runs a loop for ever on a daemon thread; hands calls over to it and waits for their results.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop, optional
        A loop to use. One that already runs (shared with another engine) is used as it is. If none is given
        that of async devices, which were connected before, or a new one.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        kept = kept_loop() if loop is None else None
        self.is_of_devices = kept is not None
        if kept is not None:
            self.loop, self.thread = kept
        else:
            self.loop = asyncio.new_event_loop() if loop is None else loop
            self.thread = _thread_running(self.loop)
        set_bluesky_event_loop(self.loop)

    def call(
        self,
        func: Callable[..., Any],
        *args: Any,
        mailbox: Mailbox,
        settle: bool = True,
        can_be_cut: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Call a function on the loop's thread and wait for what it comes to.

        Parameters
        ----------
        func, args, kwargs
            What to call.
        mailbox : Mailbox
            Wakes and interrupts the waiting thread.
        settle : bool
            Await the result if it can be awaited. False gives it as it is (a status may be awaitable and is
            not
            to be awaited here).
        can_be_cut : bool
            Whether an interruption ends the wait; the awaitable is then cancelled. A wait that cannot be cut
            is bounded by `UNCUT_TIMEOUT_S`.

        Raises
        ------
        TimeoutError
            A call that cannot be cut off took too long.
        """
        job = _Job()

        def start() -> None:
            try:
                value = func(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  (raised again on the waiting thread)
                job.error = error
                job.finish(mailbox)
                return
            if settle:
                # a coroutine is its own task, so that it is closed if it is cancelled before it begins
                coroutine = value if inspect.iscoroutine(value) else _settle(value)
                job.task = self.loop.create_task(coroutine)
                job.task.add_done_callback(lambda task: job.settled(task, mailbox))
            else:
                job.result = value
                job.finish(mailbox)

        self.loop.call_soon_threadsafe(start)
        try:
            limit_s = None if can_be_cut else UNCUT_TIMEOUT_S
            if not mailbox.wait(lambda: job.is_finished, limit_s, can_be_cut=can_be_cut):
                raise TimeoutError(f"{func!r} did not finish on the event loop in {limit_s:g} s.")
        except BaseException:
            self._cancel(job, mailbox)
            raise
        if job.error is not None:
            raise job.error
        return job.result

    def settle(self, value: Any, *, mailbox: Mailbox) -> Any:
        """Give a value, or what an awaitable comes to on the loop."""
        return self.call(lambda: value, mailbox=mailbox)

    def _cancel(self, job: _Job, mailbox: Mailbox) -> None:
        def cancel() -> None:
            if job.task is not None:
                job.task.cancel()

        self.loop.call_soon_threadsafe(cancel)
        mailbox.wait(lambda: job.is_finished, CANCEL_GRACE_S, can_be_cut=False)


def _thread_running(loop: asyncio.AbstractEventLoop) -> threading.Thread:
    if loop.is_running():
        known = _threads.get(loop)
        if known is None:
            raise RuntimeError(
                "The given event loop runs on a thread the engine did not start; pass an idle loop."
            )
        return known
    thread = threading.Thread(target=loop.run_forever, name=THREAD_NAME, daemon=True)
    thread.start()
    _threads[loop] = thread
    return thread


def gather(calls: list[Callable[[], Any]]) -> Awaitable[list[Any]]:
    """Make one awaitable of several calls whose results may be awaitable; they go on side by side."""

    async def together() -> list[Any]:
        return list(await asyncio.gather(*(_settle(call()) for call in calls)))

    return together()
