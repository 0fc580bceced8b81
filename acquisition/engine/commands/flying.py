"""Devices that gather data by themselves: prepare, kickoff, complete, collect."""

from __future__ import annotations

from typing import Any

from acquisition.engine import wording
from acquisition.engine.commands.motion import act
from acquisition.engine.context import Context


def prepare(ctx: Context, msg: Any) -> Any:
    """Prepare a device for what comes: ``Msg('prepare', device, value, group=None)`` gives the status."""
    return act(ctx, msg, "prepare")


def kickoff(ctx: Context, msg: Any) -> Any:
    """Start a flyer: ``Msg('kickoff', flyer, group=None)`` gives the status; needs an open run."""
    bundler = ctx.run_of(msg)
    status = act(ctx, msg, "kickoff")
    bundler.collector.uncollected[msg.obj] = None
    return status


def complete(ctx: Context, msg: Any) -> Any:
    """Ask a flyer to finish: ``Msg('complete', flyer, group=None)`` gives the status."""
    return act(ctx, msg, "complete")


def collect(ctx: Context, msg: Any) -> list[Any] | None:
    """Emit what flyers gathered: ``Msg('collect', flyer, *more, return_payload=True, name=None)``."""
    bundler = ctx.run_of(msg)
    if msg.kwargs.get("stream", False):
        raise RuntimeError(wording.NO_STREAM_FLAG)
    return bundler.collector.collect(
        [msg.obj, *msg.args],
        name=msg.kwargs.get("name"),
        return_payload=bool(msg.kwargs.get("return_payload", True)),
    )
