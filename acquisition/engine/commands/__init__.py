"""The commands: one small function each, taking the context and the message."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, Final

from acquisition.engine.commands import bundles, control, flying, motion, runs, subscriptions, waiting
from acquisition.engine.context import Context

Command = Callable[[Context, Any], Any]

#: Every command of the protocol. The two that begin with an underscore are the halves of a suspension.
COMMANDS: Final[dict[str, Command]] = {
    "declare_stream": bundles.declare_stream,
    "create": bundles.create,
    "save": bundles.save,
    "drop": bundles.drop,
    "read": bundles.read,
    "locate": motion.locate,
    "monitor": bundles.monitor,
    "unmonitor": bundles.unmonitor,
    "null": control.null,
    "RE_class": control.engine_class,
    "stop": motion.stop,
    "set": motion.set_,
    "trigger": motion.trigger,
    "sleep": waiting.sleep,
    "wait": waiting.wait,
    "checkpoint": control.checkpoint,
    "clear_checkpoint": control.clear_checkpoint,
    "rewindable": control.rewindable,
    "pause": control.pause,
    "_resume_from_suspender": control.resume_from_suspender,
    "_start_suspender": control.start_suspender,
    "prepare": flying.prepare,
    "collect": flying.collect,
    "kickoff": flying.kickoff,
    "complete": flying.complete,
    "configure": motion.configure,
    "stage": motion.stage,
    "unstage": motion.unstage,
    "subscribe": subscriptions.subscribe,
    "unsubscribe": subscriptions.unsubscribe,
    "open_run": runs.open_run,
    "close_run": runs.close_run,
    "wait_for": waiting.wait_for,
    "input": waiting.input_,
    "install_suspender": subscriptions.install_suspender,
    "remove_suspender": subscriptions.remove_suspender,
}


def registry_for(ctx: Context) -> dict[str, Callable[[Any], Any]]:
    """Give the commands bound to one engine's context, by name."""
    return {name: MethodType(function, ctx) for name, function in COMMANDS.items()}


class CustomCommand:
    """A command that a user registered: a function of the message, plain or a coroutine function."""

    def __init__(self, ctx: Context, function: Callable[[Any], Any]) -> None:
        self._ctx = ctx
        self._function = function
        self.__doc__ = function.__doc__ or f"Custom command {getattr(function, '__name__', function)}."

    def __call__(self, msg: Any) -> Any:
        """Carry the message out; an awaitable is awaited on the engine's event loop."""
        return self._ctx.caller.settle(self._function(msg))
