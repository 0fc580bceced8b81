"""Events: bundles of readings, declared streams, monitored signals."""

from __future__ import annotations

import secrets
from typing import Any

from acquisition.engine import wording
from acquisition.engine.calling import name_of
from acquisition.engine.context import Context
from acquisition.engine.errors import BadReadingError, NotSupportedError


def create(ctx: Context, msg: Any) -> None:
    """Open a bundle: ``Msg('create', None, name='primary')``; readings up to 'save' become one event."""
    bundler = ctx.run_of(msg)
    kwargs, args = msg.kwargs, msg.args
    if "name" in kwargs:
        name = kwargs["name"]
    elif len(args) == 1:
        (name,) = args
    else:
        raise ValueError("'create' needs the name of a stream: Msg('create', name='primary').")
    bundler.create(name)


def read(ctx: Context, msg: Any) -> Any:
    """Read a device: ``Msg('read', device)`` gives the reading and puts it into an open bundle."""
    obj = msg.obj
    reading = ctx.caller.answer(obj, "read", *msg.args, **msg.kwargs)
    if reading is None:
        raise BadReadingError(
            f"The read of {name_of(obj)} returned None; it must return a dictionary of readings. "
            "This is a fault of the device's class."
        )
    bundler = ctx.bundlers.get(msg.run)
    if bundler is not None:
        bundler.read(obj, reading)
    return reading


def save(ctx: Context, msg: Any) -> None:
    """Close the bundle and emit its event: ``Msg('save')``."""
    ctx.run_of(msg).save()


def drop(ctx: Context, msg: Any) -> None:
    """Close the bundle without an event: ``Msg('drop')``."""
    ctx.run_of(msg).drop()


def declare_stream(ctx: Context, msg: Any) -> tuple[Any, Any, list[Any]]:
    """Describe a stream at once: ``Msg('declare_stream', None, *devices, name='primary', collect=False)``."""
    bundler = ctx.run_of(msg)
    name = msg.kwargs.get("name")
    if name is None:
        raise NotSupportedError(f"{wording.NAME_NEEDED}: 'declare_stream' takes name='primary'.")
    if msg.obj is not None:
        raise NotSupportedError(
            "'declare_stream' takes its devices as arguments: Msg('declare_stream', None, *devices)."
        )
    stream = bundler.declare(name, msg.args, collect=bool(msg.kwargs.get("collect", False)))
    return stream.descriptor, stream.compose_event, list(stream.objects)


def monitor(ctx: Context, msg: Any) -> None:
    """Follow a device: ``Msg('monitor', device, name='stream', **kwargs)`` emits an event at each change."""
    bundler = ctx.run_of(msg)
    if msg.args:
        raise ValueError("'monitor' takes no positional arguments beside the device.")
    kwargs = dict(msg.kwargs)
    name = kwargs.pop("name", None) or f"monitor-{secrets.token_hex(3)}"
    bundler.monitor(msg.obj, name, kwargs)
    ctx.mark()


def unmonitor(ctx: Context, msg: Any) -> None:
    """Stop following a device: ``Msg('unmonitor', device)``."""
    ctx.run_of(msg).unmonitor(msg.obj)
    ctx.mark()
