"""Acting on one device: set, trigger, stage, configure, stop, locate."""

from __future__ import annotations

from typing import Any

from acquisition.engine.context import Context
from acquisition.engine.errors import BadReadingError, IllegalMessageSequence
from acquisition.engine.event_loop import gather


def act(ctx: Context, msg: Any, action: str) -> Any:
    """Call a method that gives a status, and put the status into the message's group."""
    obj, kwargs = msg.obj, msg.kwargs
    group = None
    if kwargs:
        kwargs = dict(kwargs)
        group = kwargs.pop("group", None)
    status = ctx.caller.call(obj, action, *msg.args, **kwargs)
    return ctx.join(msg, obj, action, status, group)


def set_(ctx: Context, msg: Any) -> Any:
    """Move a device: ``Msg('set', device, value, group=None)`` gives the status.

    The device is stopped at pauses and at the end of the call.
    """
    ctx.caller.method(msg.obj, "set")
    ctx.call.touched[msg.obj] = None
    return act(ctx, msg, "set")


def trigger(ctx: Context, msg: Any) -> Any:
    """Trigger a device: ``Msg('trigger', device, group=None)`` gives the status."""
    return act(ctx, msg, "trigger")


def stop(ctx: Context, msg: Any) -> Any:
    """Stop a device: ``Msg('stop', device)``."""
    return ctx.caller.answer(msg.obj, "stop")


def locate(ctx: Context, msg: Any) -> Any:
    """Ask where devices are: ``Msg('locate', device, *more, squeeze=True)`` gives setpoint and readback."""
    objs = (msg.obj, *msg.args)
    methods = [ctx.caller.method(obj, "locate") for obj in objs]
    if any(ctx.caller.is_loop_bound(obj) for obj in objs):
        found = ctx.caller.settle(gather(methods))
    else:
        found = [ctx.caller.settle(method()) for method in methods]
    if len(found) == 1 and msg.kwargs.get("squeeze", True):
        return found[0]
    return found


def configure(ctx: Context, msg: Any) -> Any:
    """Configure a device: ``Msg('configure', device, *args, **kwargs)`` gives (old, new) configuration."""
    bundler = ctx.bundlers.get(msg.run)
    if bundler is not None and bundler.bundling:
        raise IllegalMessageSequence("'configure' inside a bundle: 'save' or 'drop' must come first.")
    answer = ctx.caller.answer(msg.obj, "configure", *msg.args, **msg.kwargs)
    try:
        old, new = answer
    except (TypeError, ValueError):
        raise BadReadingError(
            f"configure() returned {answer!r}; it must return (old, new) configuration."
        ) from None
    if bundler is not None:
        bundler.reconfigure(msg.obj)
    return old, new


def stage(ctx: Context, msg: Any) -> Any:
    """Make a device ready: ``Msg('stage', device, group=None)``; nothing if it cannot be staged."""
    return _stage_or_unstage(ctx, msg, "stage")


def unstage(ctx: Context, msg: Any) -> Any:
    """Undo 'stage': ``Msg('unstage', device, group=None)``; nothing if it cannot be staged."""
    return _stage_or_unstage(ctx, msg, "unstage")


def _stage_or_unstage(ctx: Context, msg: Any, action: str) -> Any:
    obj = msg.obj
    if not (hasattr(obj, "stage") and hasattr(obj, "unstage")):
        return []
    if action == "stage":
        # before the call: a device that fails half-way is unstaged in clean-up too
        ctx.call.staged[obj] = None
    answer = ctx.caller.call(obj, action)
    if action == "unstage":
        ctx.call.staged.pop(obj, None)
    ctx.mark()
    if hasattr(answer, "add_callback"):
        return ctx.join(msg, obj, action, answer, msg.kwargs.get("group"))
    return answer
