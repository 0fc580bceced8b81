"""The parts of an engine, wired together. Commands get this and a message."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, MutableMapping
from contextlib import suppress
from typing import Any

from acquisition.engine.bundler import RunBundler
from acquisition.engine.call import Call
from acquisition.engine.calling import DeviceCaller, name_of
from acquisition.engine.dispatcher import Dispatcher
from acquisition.engine.errors import IllegalMessageSequence, NoReplayAllowed
from acquisition.engine.event_loop import LoopThread
from acquisition.engine.guard import Guard
from acquisition.engine.interrupts import Mailbox
from acquisition.engine.messages import Plan
from acquisition.engine.rewind import MessageCache
from acquisition.engine.states import StateMachine
from acquisition.engine.statuses import StatusGroups


class EngineLog(logging.LoggerAdapter[logging.Logger]):
    """Logger of one engine; can be switched off."""

    disabled = False

    def isEnabledFor(self, level: int) -> bool:
        """Whether a record of this level would be written."""
        return not self.disabled and super().isEnabledFor(level)


class Context:
    """Everything that commands, interruptions and the message loop share.

    Attributes
    ----------
    engine : object
        The engine users hold; commands that act for the user (subscribe, suspenders) go through it.
    """

    def __init__(self, engine: Any, loop: LoopThread, md: MutableMapping[str, Any]) -> None:
        self.engine = engine
        self.loop = loop
        self.md = md
        self.log = EngineLog(logging.getLogger("acquisition.engine"), {"engine": engine})
        self.mailbox = Mailbox()
        self.machine = StateMachine()
        self.caller = DeviceCaller(loop, self.mailbox)
        self.groups = StatusGroups(self.mailbox)
        self.dispatcher = Dispatcher()
        self.cache = MessageCache()
        self.call = Call(plan=None, is_over=True)
        self.bundlers: dict[Hashable, RunBundler] = {}
        self.announced_groups: set[Hashable] = set()
        self.registry: dict[str, Callable[[Any], Any]] = {}
        self.suspenders: dict[Any, None] = {}
        self.md_validator: Callable[[dict[str, Any]], Any] = lambda md: None
        self.md_normalizer: Callable[[dict[str, Any]], Any] = lambda md: md
        self.scan_id_source: Callable[[Any], Any] = lambda md: 1
        self.guard: Guard | None = None
        self.msg_hook: Callable[[Any], Any] | None = None
        self.state_hook: Callable[[str, str], Any] | None = None
        self.waiting_hook: Callable[[Any], Any] | None = None
        self.is_watched = False
        self.record_interruptions = False
        self.must_declare_streams = False

    def look_for_watchers(self) -> None:
        """Note whether anybody looks at each message, so that the loop need not ask each time."""
        self.is_watched = (
            self.msg_hook is not None or self.guard is not None or self.log.isEnabledFor(logging.DEBUG)
        )

    # -- state --------------------------------------------------------------------------------------------

    def move(self, event: str) -> None:
        """Fire an event of the state machine and tell the hook."""
        self.announce(*self.machine.fire(event))

    def announce(self, new: str, old: str) -> None:
        """Tell the log and the state hook of a move."""
        self.log.debug("State %s -> %s", old, new)
        if self.state_hook is not None:
            self.state_hook(new, old)

    # -- runs ---------------------------------------------------------------------------------------------

    def run_of(self, msg: Any) -> RunBundler:
        """Give the open run that a message is for.

        Raises
        ------
        IllegalMessageSequence
            There is none.
        """
        bundler = self.bundlers.get(msg.run)
        if bundler is None:
            key = "" if msg.run is None else f" with the key {msg.run!r}"
            raise IllegalMessageSequence(
                f"{msg.command!r} needs an open run{key}: 'open_run' must come first. "
                "After a pause and resume, put a 'checkpoint' after 'close_run'."
            )
        return bundler

    def emit(self, name: str, doc: dict[str, Any]) -> None:
        """Hand a document to subscribers."""
        self.dispatcher.process(name, doc)

    # -- rewinding ----------------------------------------------------------------------------------------

    def mark(self) -> None:
        """Make a rewind point, unless rewinding is forbidden."""
        if self.cache.is_resumable:
            self.cache.reset()
            for bundler in self.bundlers.values():
                bundler.mark()

    def rewind(self) -> list[Any]:
        """Give the messages to take again, and set the runs' counters back."""
        messages = self.cache.take()
        if messages:
            for bundler in self.bundlers.values():
                bundler.rewind()
        return messages

    def push(self, plan: Plan) -> None:
        """Put a plan on top of the present one from within a command; its result answers that command."""
        self.call.stack[-1].wants_answer = True
        self.mailbox.push(plan)

    # -- devices ------------------------------------------------------------------------------------------

    def join(self, msg: Any, obj: Any, action: str, status: Any, group: Hashable) -> Any:
        """Add a device's status to a group; gives the status."""
        if self.caller.is_loop_bound(obj):
            self.loop.call(
                self.groups.join,
                obj,
                action,
                status,
                group,
                mailbox=self.mailbox,
                settle=False,
                can_be_cut=False,
            )
        else:
            self.groups.join(obj, action, status, group)
        return status

    def stop_touched(self) -> None:
        """Stop everything that was set in this call; errors are logged."""
        for obj in self.call.touched:
            if hasattr(obj, "stop"):
                try:
                    self.caller.answer(obj, "stop", success=True, can_be_cut=False)
                except Exception:
                    self.log.exception("Cannot stop %s.", name_of(obj))

    def pause_devices(self) -> None:
        """Tell every object seen that the plan rests. One that allows no replay empties the cache."""
        for obj in list(self.call.seen):
            if hasattr(obj, "pause"):
                try:
                    self.caller.answer(obj, "pause", can_be_cut=False)
                except NoReplayAllowed:
                    self.mark()

    def resume_devices(self) -> None:
        """Tell every object seen that the plan goes on."""
        for obj in list(self.call.seen):
            if hasattr(obj, "pause") and hasattr(obj, "resume"):
                self.caller.answer(obj, "resume", can_be_cut=False)

    def record_interruption(self, content: str) -> None:
        """Write an interruption into every open run that records them."""
        for bundler in list(self.bundlers.values()):
            bundler.record_interruption(content)

    def drop_temporary_subscriptions(self) -> None:
        """End the subscriptions of the last call."""
        for token in self.call.temporary_tokens:
            with suppress(KeyError):
                self.dispatcher.unsubscribe(token)
        self.call.temporary_tokens = set()
