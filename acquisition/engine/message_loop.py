"""The loop that takes messages: on the caller's thread, one small function per command."""

from __future__ import annotations

import asyncio
from typing import Any

from acquisition.engine.call import Frame
from acquisition.engine.context import Context
from acquisition.engine.errors import (
    FailedPause,
    InvalidCommand,
    InvalidMessageError,
    NotSupportedError,
    PlanHalt,
    TransitionError,
)
from acquisition.engine.interrupts import Cut
from acquisition.engine.messages import is_message, replay
from acquisition.engine.rewind import NOT_REPLAYED

#: States in which the plan is being ended by a request.
ENDING_STATES = frozenset({"halting", "stopping", "aborting"})


class Rest(BaseException):
    """Leaves the loop because the plan is paused; the stack stays as it is."""


def take_messages(ctx: Context) -> Any:
    """Take messages until the plans are done; give what the first plan returns.

    Raises
    ------
    Rest
        The plan was paused.
    BaseException
        What the plans raised and did not handle.
    """
    mailbox = ctx.mailbox
    stack = ctx.call.stack
    error: BaseException | None = None
    while True:
        if mailbox.pending:
            error = attend(ctx, error)
        thrown, error = error, None
        try:
            error = _take_from(ctx, stack[-1], thrown)
        except StopIteration as end:
            stack.pop()
            if not stack:
                return end.value
            if stack[-1].wants_answer:
                stack[-1].answer = end.value
                stack[-1].wants_answer = False
        except Exception as raised:
            stack.pop()
            if not stack:
                raise
            error = raised


def _take_from(ctx: Context, frame: Frame, thrown: BaseException | None) -> BaseException | None:
    """Take messages of one plan until something is pending; give an exception to throw into it, or None.

    The hot loop: what is in here is paid for each message of every plan. What the plan itself raises goes up.
    """
    mailbox = ctx.mailbox
    registry = ctx.registry
    cache = ctx.cache
    seen = ctx.call.seen
    send = frame.plan.send
    answer, frame.answer = frame.answer, None
    msg = send(answer) if thrown is None else _throw(frame, thrown)
    while True:
        try:
            if ctx.is_watched:
                _watch(ctx, msg)
            if mailbox.pending and ctx.machine.state in ENDING_STATES:
                return None  # asked to end while the plan made this message: it is not carried out
            obj = msg.obj
            if obj is not None:
                seen.add(obj)
            command = msg.command
            if cache.is_recording and command not in NOT_REPLAYED:
                cache.messages.append(msg)
            answer = registry[command](msg)
        except Cut:
            frame.wants_answer = cache.is_recording and command not in NOT_REPLAYED
            return None
        except Exception as error:  # noqa: BLE001  (whatever a device raises goes into the plan)
            return _explained(ctx, msg, error)
        if mailbox.pending:
            frame.answer = answer
            return None
        msg = send(answer)


def _throw(frame: Frame, error: BaseException) -> Any:
    """Throw into a plan and give the message it answers with. A halted plan gets no say."""
    msg = frame.plan.throw(error)
    if isinstance(error, PlanHalt):
        frame.plan.close()
        raise error
    return msg


def _watch(ctx: Context, msg: Any) -> None:
    """Show a message to the log, the hook and the guard; what they raise goes into the plan."""
    ctx.log.debug("%r", msg)
    if ctx.msg_hook is not None:
        ctx.msg_hook(msg)
    if ctx.guard is not None:
        ctx.guard(msg)


def _explained(ctx: Context, msg: Any, error: Exception) -> Exception:
    """Give the error that the plan is to see for a message that failed."""
    if not is_message(msg):
        return InvalidMessageError(
            f"A plan yielded {msg!r}, which is no message (command, obj, args, kwargs, run). "
            "Use 'yield from' for a plan inside a plan."
        )
    if isinstance(error, TypeError) and msg.obj is not None and type(msg.obj).__hash__ is None:
        return NotSupportedError(
            f"Message {msg.command!r} names {msg.obj!r}, a {type(msg.obj).__name__}; it must name one device."
        )
    if isinstance(error, KeyError) and msg.command not in ctx.registry:
        return InvalidCommand(msg.command)
    return error


def attend(ctx: Context, error: BaseException | None) -> BaseException | None:
    """See to what other threads left in the mailbox.

    Parameters
    ----------
    error : BaseException or None
        What is about to be thrown into the plan.

    Returns
    -------
    BaseException or None
        What is to be thrown now.

    Raises
    ------
    Rest
        A pause was asked for and made.
    """
    call, mailbox = ctx.call, ctx.mailbox
    with mailbox.lock:
        mailbox.pending = False
        mailbox.cut = False
        state = ctx.machine.state
        moved = ctx.machine.fire("resume") if state == "suspending" else None
    if moved is not None:
        ctx.announce(*moved)
    if state in ENDING_STATES and call.ending is not None:
        error, call.ending = call.ending, None
        return error
    if mailbox.is_cancelled:
        mailbox.is_cancelled = False
        call.was_cancelled = True
        return asyncio.CancelledError()
    if state == "pausing":
        return _pause(ctx, error)
    error = mailbox.take_failure() or error
    if error is not None:
        # what is to be put on top has to wait until the plan has dealt with this
        mailbox.pending = bool(mailbox.frames)
        return error
    for plan in mailbox.take_frames():
        call.push(plan)
    return None


def _pause(ctx: Context, error: BaseException | None) -> BaseException | None:
    """Bring everything to rest and leave the loop; or, without a rewind point, end the plan."""
    if not ctx.cache.is_resumable:
        ctx.log.warning("The plan cannot be rewound, so the pause becomes an abort.")
        ctx.move("abort")
        ctx.call.interrupted = True
        return FailedPause("Pause requested, but the plan has no checkpoint to go back to.")
    if error is not None:
        ctx.mailbox.fail(error)
    try:
        ctx.record_interruption("pause")
        for bundler in ctx.bundlers.values():
            bundler.suspend_monitors()
        ctx.stop_touched()
        ctx.pause_devices()
    except Exception as problem:
        ctx.log.exception("Cannot bring everything to rest; the plan is ended.")
        ctx.move("abort")
        return problem
    try:
        ctx.move("rest")
    except TransitionError:  # another thread asked meanwhile to end the plan
        return attend(ctx, None)
    raise Rest


def prepare_resume(ctx: Context) -> None:
    """Put the messages since the last checkpoint on top of the plan and wake devices and monitors."""
    try:
        ctx.record_interruption("resume")
        for plan in ctx.mailbox.take_frames():
            ctx.call.push(plan)
        ctx.call.push(replay(ctx.rewind()))
        ctx.resume_devices()
        for bundler in ctx.bundlers.values():
            bundler.restore_monitors()
    except Exception as problem:  # noqa: BLE001  (it goes into the plan)
        ctx.mailbox.fail(problem)
