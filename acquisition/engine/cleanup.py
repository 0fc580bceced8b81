"""The end of every call, whatever happened in it."""

from __future__ import annotations

import asyncio
from typing import Any

from acquisition.engine.call import Call
from acquisition.engine.calling import name_of
from acquisition.engine.context import Context
from acquisition.engine.errors import FailedPause, PlanHalt, RequestAbort, RequestStop
from acquisition.engine.message_loop import Rest, take_messages
from acquisition.engine.plan_line import note_plan_line
from acquisition.engine.states import EngineState

#: Seconds that a device left staged gets to finish unstaging in clean-up.
UNSTAGE_TIMEOUT_S = 10.0

#: What `drive` gives for a plan that rests.
PAUSED = object()

#: Exceptions that are a user's wish, not a fault, and the exit status that they make.
_WISHES: tuple[tuple[type[BaseException], str], ...] = (
    (RequestStop, "success"),
    (RequestAbort, "abort"),
    (FailedPause, "abort"),
    (PlanHalt, "abort"),
    (asyncio.CancelledError, "abort"),
    (KeyboardInterrupt, "abort"),
)


def drive(ctx: Context) -> Any:
    """Take messages to the end or to a pause; clean up at the end.

    Returns
    -------
    object
        `PAUSED`, or what the plan returned, or the engine's ``NO_PLAN_RETURN`` if it did not come to return.

    Raises
    ------
    BaseException
        What ended the plan, if that was a fault.
    """
    call = ctx.call
    fault: BaseException | None = None
    value = ctx.engine.NO_PLAN_RETURN
    try:
        value = take_messages(ctx)
        _plan_returned(call, _close_requests(ctx, call))
    except Rest:
        return PAUSED
    except BaseException as error:  # noqa: BLE001  (a plan may raise anything; it decides how the call ends)
        _close_requests(ctx, call)
        fault = _plan_raised(ctx, call, error)
    try:
        finish(ctx, call)
    except KeyboardInterrupt:
        ctx.log.critical("Interrupted in clean-up: devices and runs are in an unknown state.")
        call.interrupted = True
        ctx.move("panic")
    if fault is not None:
        raise fault
    return value


def _close_requests(ctx: Context, call: Call) -> EngineState:
    """Take no more requests for a plan that has ended; give the state that the last one left."""
    with ctx.mailbox.lock:
        call.is_ended = True
        state = ctx.machine.state
        moved = ctx.machine.fire("resume") if state == "suspending" else None
    if moved is not None:
        ctx.announce(*moved)
    return state


def _plan_returned(call: Call, state: EngineState) -> None:
    if state == "pausing":  # asked for after the last message: there is nothing left to pause
        call.interrupted = False
    call.exit_status = "abort" if state in ("aborting", "halting") else "success"


def _plan_raised(ctx: Context, call: Call, error: BaseException) -> BaseException | None:
    """Note how the plan ended; give what the caller has to see raised."""
    call.exception = error
    for kind, status in _WISHES:
        if isinstance(error, kind):
            call.exit_status = status
            if kind is KeyboardInterrupt:
                call.interrupted = True
                call.reason = call.reason or "KeyboardInterrupt"
            if status == "abort":
                ctx.log.warning("Run aborted: %s", call.reason or type(error).__name__)
            return None
    call.exit_status = "fail"
    call.reason = str(error)
    note_plan_line(error)
    ctx.log.error("Run failed: %r", error, exc_info=error)
    if isinstance(error, GeneratorExit):
        wrapped = ValueError(f"A plan raised {error!r}, which only the interpreter may.")
        wrapped.__cause__ = error
        return wrapped
    return error


def finish(ctx: Context, call: Call) -> None:
    """Bring home motors, monitors, flyers, staged devices, open runs and plans; errors are logged."""
    ctx.mailbox.clear()
    ctx.groups.forget()
    ctx.stop_touched()
    for bundler in ctx.bundlers.values():
        bundler.clear_monitors()
        bundler.collector.collect_left_overs()
    _unstage_left_overs(ctx, call)
    for bundler in ctx.bundlers.values():
        if bundler.is_open:
            try:
                bundler.close(call.exit_status, call.reason)
            except Exception:
                ctx.log.exception("Cannot close run %s.", bundler.uid)
    ctx.bundlers.clear()
    for frame in call.stack:
        _close_plan(ctx, frame.plan)
    call.stack.clear()
    if isinstance(call.exception, PlanHalt):
        ctx.cache.want(call.was_rewindable)
    call.is_over = True
    ctx.mailbox.clear()
    ctx.move("finish")


def _unstage_left_overs(ctx: Context, call: Call) -> None:
    for obj in reversed(list(call.staged)):
        try:
            status = ctx.caller.call(obj, "unstage")
            if hasattr(status, "add_callback"):
                _wait_for_unstaged(ctx, obj, status)
        except Exception:
            ctx.log.exception("Cannot unstage %s.", name_of(obj))
    call.staged.clear()


def _wait_for_unstaged(ctx: Context, obj: Any, status: Any) -> None:
    ctx.loop.call(
        status.add_callback,
        lambda *_: ctx.mailbox.wake(),
        mailbox=ctx.mailbox,
        settle=False,
        can_be_cut=False,
    )
    if not ctx.mailbox.wait(lambda: status.done, UNSTAGE_TIMEOUT_S, can_be_cut=False):
        ctx.log.error("%s did not finish unstaging in %g s.", name_of(obj), UNSTAGE_TIMEOUT_S)
    elif not status.success:
        ctx.log.error("%s failed to unstage: %s", name_of(obj), status)


def _close_plan(ctx: Context, plan: Any) -> None:
    try:
        plan.close()
    except RuntimeError:
        print(f"The plan {plan!r} tried to yield a value on close.  Please fix your plan.")  # noqa: T201  (to the operator)
    except Exception:
        ctx.log.exception("The plan %r raised on close.", plan)
