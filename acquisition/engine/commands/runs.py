"""Opening and closing runs."""

from __future__ import annotations

from typing import Any

from acquisition.engine.bundler import RunBundler
from acquisition.engine.composing import snapshot
from acquisition.engine.context import Context
from acquisition.engine.errors import IllegalMessageSequence


def run_metadata(ctx: Context, msg: Any) -> dict[str, Any]:
    """Merge metadata for a start document: persistent, then the plan's name, then message, then call."""
    plan = ctx.call.plan
    merged = {
        **ctx.md,
        "plan_type": type(plan).__name__,
        "plan_name": getattr(plan, "__name__", ""),
        **msg.kwargs,
        **ctx.call.metadata,
    }
    copied: dict[str, Any] = snapshot(merged)
    return copied


def open_run(ctx: Context, msg: Any) -> str:
    """Open a run: ``Msg('open_run', None, **metadata)`` emits the start document, gives the uid."""
    if msg.run in ctx.bundlers:
        raise IllegalMessageSequence(
            f"'open_run' while run {ctx.bundlers[msg.run].uid} is open under the same run key {msg.run!r}: "
            "'close_run' must come first."
        )
    ctx.md["scan_id"] = ctx.caller.settle(ctx.scan_id_source(ctx.md))
    metadata = run_metadata(ctx, msg)
    ctx.md_validator(dict(metadata))
    bundler = ctx.engine.RunBundler(
        ctx.md_normalizer(metadata),
        emit=ctx.emit,
        caller=ctx.caller,
        record_interruptions=ctx.record_interruptions,
        must_declare=ctx.must_declare_streams,
        lock=ctx.dispatcher.lock,
    )
    return _start(ctx, msg, bundler)


def _start(ctx: Context, msg: Any, bundler: RunBundler) -> str:
    ctx.bundlers[msg.run] = bundler
    ctx.call.run_start_uids.append(bundler.uid)
    uid = bundler.open()
    bundler.mark()
    return uid


def close_run(ctx: Context, msg: Any) -> str:
    """Close a run: ``Msg('close_run', None, exit_status=None, reason=None)`` emits the stop document."""
    bundler = ctx.run_of(msg)
    # A plan that closes its run because somebody ends the call knows the status, and not the reason.
    reason = msg.kwargs.get("reason") or ctx.call.reason
    uid = bundler.close(msg.kwargs.get("exit_status") or "success", reason)
    del ctx.bundlers[msg.run]
    ctx.cache.forget_run(msg.run)
    return uid
