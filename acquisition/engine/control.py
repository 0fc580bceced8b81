"""Requests by users and other threads: pause, suspend, stop, abort, halt.

Each checks the state machine and leaves its wish in the mailbox in one locked step, so it holds from any
thread
and in any state; the thread that takes messages does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acquisition.engine.context import Context
from acquisition.engine.errors import FailedPause, PlanHalt, RequestAbort, RequestStop, TransitionError
from acquisition.engine.messages import message, single


def refuse_if_panicked(ctx: Context) -> None:
    """Raise if the engine can never run again.

    Raises
    ------
    RuntimeError
        It is panicked.
    """
    if ctx.machine.state == "panicked":
        raise RuntimeError("The RunEngine is panicked and cannot be recovered: start a new process.")


def _refuse_if_ended(ctx: Context, wish: str) -> None:
    if ctx.call.is_ended and not ctx.call.is_over:
        raise TransitionError(
            f"The plan has ended and is being cleaned up after: there is nothing to {wish}."
        )


def request_pause(ctx: Context, defer: bool) -> None:
    """Pause now, or (`defer`) at the next checkpoint.

    Raises
    ------
    TransitionError
        Nothing runs that could be paused.
    """
    refuse_if_panicked(ctx)
    with ctx.mailbox.lock:
        state = ctx.machine.state
        _refuse_if_ended(ctx, "pause")
        if not state.can_pause:
            raise TransitionError(f"The engine is {state}: there is nothing to pause.")
        if defer:
            ctx.call.is_pause_deferred = True
            return
        ctx.call.is_pause_deferred = False
        ctx.call.interrupted = True
        moved = ctx.machine.fire("pause")
        ctx.mailbox.interrupt()
    ctx.announce(*moved)


def request_end(ctx: Context, event: str, reason: str = "") -> bool:
    """End the plan by ``stop``, ``abort`` or ``halt``; says whether it was paused.

    Raises
    ------
    TransitionError
        Nothing runs that could be ended, or it is being ended already.
    """
    refuse_if_panicked(ctx)
    with ctx.mailbox.lock:
        state = ctx.machine.state
        if state.is_idle:
            raise TransitionError("The RunEngine is already idle.")
        _refuse_if_ended(ctx, event)
        moved = ctx.machine.fire(event)
        call = ctx.call
        call.interrupted = True
        if event == "stop":
            call.ending = RequestStop()
        else:
            call.exit_status = "abort"
            call.reason = reason
            call.ending = PlanHalt() if event == "halt" else RequestAbort(*([reason] if reason else []))
        ctx.mailbox.interrupt()
    ctx.announce(*moved)
    return state.is_paused


def request_suspend(
    ctx: Context,
    release: Callable[[], Any] | None,
    pre_plan: Any = None,
    post_plan: Any = None,
    justification: str | None = None,
) -> None:
    """Suspend the plan until what `release()` gives is awaited to its end.

    Parameters
    ----------
    release : callable
        Gives an awaitable each time it is called.
    pre_plan, post_plan : plan or callable giving one
        Run before waiting and after.
    justification : str, optional
        Why, for people and for the stream ``interruptions``.
    """
    plan = single(message("_start_suspender", None, pre_plan, post_plan, justification, release))
    moved = None
    with ctx.mailbox.lock:
        state = ctx.machine.state
        if ctx.call.is_ended or state.is_idle or state in ("panicked", "halting", "stopping", "aborting"):
            ctx.log.info("Nothing to suspend: the engine is %s.", state)
            return
        ctx.log.warning("Suspending: %s", justification or "no reason given")
        if not ctx.cache.is_resumable:
            ctx.log.warning("The plan cannot be rewound, so the suspension becomes an abort.")
            ctx.call.interrupted = True
            ctx.call.reason = justification or ""
            ctx.call.ending = FailedPause(
                "Suspension requested, but the plan has no checkpoint to go back to."
            )
            moved = ctx.machine.fire("abort")
            ctx.mailbox.interrupt()
        else:
            ctx.mailbox.push(plan)
            if state.is_running:
                moved = ctx.machine.fire("suspend")
                ctx.mailbox.interrupt()
    if moved is not None:
        ctx.announce(*moved)
