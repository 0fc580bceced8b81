"""Controlling the engine itself: checkpoints, pauses, suspensions."""

from __future__ import annotations

from typing import Any

from acquisition.engine.context import Context
from acquisition.engine.control import request_pause
from acquisition.engine.errors import IllegalMessageSequence
from acquisition.engine.messages import Plan, as_generator, made, message, replay, single

#: Seconds between a checkpoint and the pause that was deferred to it.
DEFERRED_PAUSE_GRACE_S = 0.5


def null(ctx: Context, msg: Any) -> None:
    """Do nothing."""


def engine_class(ctx: Context, msg: Any) -> type:
    """Tell a plan the class of the engine that runs it."""
    return type(ctx.engine)


def checkpoint(ctx: Context, msg: Any) -> None:
    """Make a rewind point; a deferred pause happens here."""
    for bundler in ctx.bundlers.values():
        if bundler.bundling:
            raise IllegalMessageSequence("'checkpoint' inside a bundle: 'save' or 'drop' must come first.")
    ctx.mark()
    if ctx.call.is_pause_deferred:
        ctx.mailbox.wait(lambda: False, DEFERRED_PAUSE_GRACE_S)
        with ctx.mailbox.lock:
            if ctx.machine.state.can_pause:  # else another thread came first, and the next checkpoint will do
                request_pause(ctx, False)


def clear_checkpoint(ctx: Context, msg: Any) -> None:
    """Allow no rewinding for the rest of the call: a pause or suspension becomes an abort."""
    ctx.cache.forbid()


def rewindable(ctx: Context, msg: Any) -> bool:
    """Switch rewinding, or ask: ``Msg('rewindable', None, True | False | None)`` gives the flag."""
    (flag,) = msg.args
    if flag is not None:
        ctx.engine.rewindable = flag
    return ctx.cache.is_wanted


def pause(ctx: Context, msg: Any) -> None:
    """Pause: ``Msg('pause', None, defer=False)``."""
    defer = msg.args[0] if msg.args else msg.kwargs.get("defer", False)
    with ctx.mailbox.lock:
        state = ctx.machine.state
        if state == "suspending":  # asked for by another thread just before: that goes below this pause
            ctx.mailbox.push(single(msg))
        elif state != "pausing":
            request_pause(ctx, bool(defer))


def start_suspender(ctx: Context, msg: Any) -> None:
    """Bring everything to rest and put the plan that waits for the release on top."""
    pre_plan, post_plan, justification, release = msg.args
    ctx.record_interruption(justification or "suspended")
    ctx.stop_touched()
    ctx.pause_devices()
    messages = ctx.rewind()
    was_wanted = ctx.cache.is_wanted
    ctx.push(
        _suspension(ctx, _wait_for_release(made(pre_plan), made(post_plan), release), was_wanted, messages)
    )


def _suspension(ctx: Context, waiting: Plan, was_rewindable: bool, messages: list[Any]) -> Plan:
    # what happens while waiting is not to be replayed, so rewinding is off meanwhile
    yield message("rewindable", None, False)
    try:
        yield from waiting
    except BaseException:
        ctx.cache.want(was_rewindable)
        raise
    yield message("rewindable", None, was_rewindable)
    return (yield from replay(messages))


def _wait_for_release(pre_plan: Any, post_plan: Any, release: Any) -> Plan:
    if pre_plan is not None:
        yield from as_generator(pre_plan)
    while (yield message("wait_for", None, [release])) is None:
        pass  # a pause cut the wait off: the reason to suspend may still stand
    yield message("_resume_from_suspender")
    if post_plan is not None:
        yield from as_generator(post_plan)


def resume_from_suspender(ctx: Context, msg: Any) -> None:
    """Wake devices after a suspension."""
    ctx.resume_devices()
    for bundler in ctx.bundlers.values():
        bundler.restore_monitors()
