"""Subscriptions and suspenders that a plan installs."""

from __future__ import annotations

from typing import Any

from acquisition.engine.context import Context


def subscribe(ctx: Context, msg: Any) -> int:
    """Subscribe for the rest of the call: ``Msg('subscribe', None, function, name)`` gives a token."""
    token: int = ctx.engine.subscribe(*msg.args, **msg.kwargs)
    ctx.call.temporary_tokens.add(token)
    ctx.mark()
    return token


def unsubscribe(ctx: Context, msg: Any) -> None:
    """End a subscription: ``Msg('unsubscribe', None, token)``."""
    token = msg.kwargs["token"] if "token" in msg.kwargs else msg.args[0]
    ctx.engine.unsubscribe(token)
    ctx.call.temporary_tokens.discard(token)
    ctx.mark()


def install_suspender(ctx: Context, msg: Any) -> None:
    """Install a suspender: ``Msg('install_suspender', None, suspender)``."""
    (suspender,) = msg.args
    ctx.engine.install_suspender(suspender)


def remove_suspender(ctx: Context, msg: Any) -> None:
    """Remove a suspender: ``Msg('remove_suspender', None, suspender)``."""
    (suspender,) = msg.args
    ctx.engine.remove_suspender(suspender)
