"""Commands that wait: for groups of statuses, for awaitables, for time, for a line of input."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable, Iterable
from typing import Any

from acquisition.engine.context import Context
from acquisition.engine.errors import WaitForTimeoutError
from acquisition.engine.statuses import Ticket


def _never() -> bool:
    return False


def sleep(ctx: Context, msg: Any) -> None:
    """Suspend the plan for a time: ``Msg('sleep', None, seconds)``."""
    (seconds,) = msg.args
    ctx.mailbox.wait(_never, max(0.0, float(seconds)))


def wait(ctx: Context, msg: Any) -> bool:
    """Wait for a group of statuses: ``Msg('wait', None, group, timeout=None)`` says if all are done.

    ``error_on_timeout=False`` gives False instead of raising; ``watch=(groups)`` ends the wait when a
    status of those
    groups fails.
    """
    kwargs = msg.kwargs
    group = msg.args[0] if msg.args else kwargs["group"]
    tickets = ctx.groups.take(group)
    if not tickets:
        return True
    if ctx.waiting_hook is None and all(ticket.is_done and ticket.error is None for ticket in tickets):
        ctx.announced_groups.discard(group)
        return True  # the usual case with devices that are done at once
    raises = kwargs.get("error_on_timeout", True)
    _announce(ctx, group, tickets, once=not raises)
    is_in_time = False
    try:
        is_in_time = _wait_for_tickets(ctx, tickets, kwargs.get("watch", ()), kwargs.get("timeout"))
    finally:
        is_done = all(ticket.status.done for ticket in tickets)
        if raises or is_done:
            ctx.announced_groups.discard(group)
            if ctx.waiting_hook is not None:
                ctx.waiting_hook(None)
    if not is_in_time:
        ctx.groups.put_back(group, tickets)
        if raises:
            raise WaitForTimeoutError(f"Group {group!r} was not done within {kwargs['timeout']} s.")
    return is_done


def _announce(ctx: Context, group: Any, tickets: list[Ticket], *, once: bool) -> None:
    """Tell the waiting hook what is waited for; a wait that is repeated in short steps tells once."""
    if ctx.waiting_hook is None or (once and group in ctx.announced_groups):
        return
    if once:
        ctx.announced_groups.add(group)
    ctx.waiting_hook({ticket.status for ticket in tickets})


def _wait_for_tickets(
    ctx: Context, tickets: list[Ticket], watch: Iterable[Any], timeout_s: float | None
) -> bool:
    watched = ctx.groups.peek(watch) if watch else []

    def is_settled() -> bool:
        return (
            all(ticket.is_done for ticket in tickets)
            or any(ticket.error for ticket in tickets)
            or any(ticket.error for ticket in watched)
        )

    in_time = ctx.mailbox.wait(is_settled, timeout_s)
    for ticket in watched:
        if ticket.error is not None and ctx.mailbox.failure is None:
            raise ticket.error  # thrown before and handled; the plan must not wait for ever all the same
    return in_time


def wait_for(ctx: Context, msg: Any) -> list[Any]:
    """Wait for what functions give: ``Msg('wait_for', None, [functions], **kwargs of asyncio.wait)``."""
    (factories,) = msg.args
    futures: list[Any] = ctx.loop.call(_await_all, list(factories), msg.kwargs, mailbox=ctx.mailbox)
    return futures


async def _await_all(factories: list[Callable[[], Any]], kwargs: dict[str, Any]) -> list[Any]:
    if not factories:
        return []
    futures, own = [], []
    for factory in factories:
        awaitable = factory()
        future = asyncio.ensure_future(awaitable)
        futures.append(future)
        if inspect.iscoroutine(awaitable):
            own.append(future)
    try:
        _, pending = await asyncio.wait(futures, **kwargs)
    except asyncio.CancelledError:
        for future in own:
            future.cancel()
        raise
    if pending:
        for future in own:
            future.cancel()
        raise WaitForTimeoutError(
            f"{len(pending)} of {len(futures)} awaitables were not done within {kwargs['timeout']} s."
        )
    return futures


def input_(ctx: Context, msg: Any) -> str:
    """Ask the operator for a line: ``Msg('input', None, prompt='')``."""
    print(msg.kwargs.get("prompt", ""), end="", flush=True)  # noqa: T201  (the prompt)

    def read_line() -> Any:
        return ctx.loop.loop.run_in_executor(None, sys.stdin.readline)

    line: str = ctx.loop.call(read_line, mailbox=ctx.mailbox)
    return line.rstrip("\n")
