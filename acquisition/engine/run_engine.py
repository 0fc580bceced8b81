"""The engine that users hold: takes a plan, carries out its messages, emits documents."""

from __future__ import annotations

import asyncio
import inspect
import threading
import warnings
from collections.abc import Callable, MutableMapping
from contextlib import ExitStack
from typing import Any

from acquisition.engine import bundler, control
from acquisition.engine.call import Call
from acquisition.engine.call_task import CallTask
from acquisition.engine.cleanup import PAUSED, drive, finish
from acquisition.engine.commands import CustomCommand, registry_for
from acquisition.engine.context import Context
from acquisition.engine.dispatcher import Dispatcher, normalise_subscriptions
from acquisition.engine.errors import RunEngineInterrupted, TransitionError
from acquisition.engine.event_loop import LoopFromAnyThread, LoopThread
from acquisition.engine.guard import Guard
from acquisition.engine.message_loop import prepare_resume
from acquisition.engine.messages import as_generator, message, single
from acquisition.engine.metadata import check_sample, default_scan_id_source, installed_versions
from acquisition.engine.result import RunEngineResult
from acquisition.engine.rewind import MessageCache
from acquisition.engine.setting import Setting
from acquisition.engine.sigint import SigintHandler
from acquisition.engine.states import EngineState

PAUSE_MSG = """
The plan was interrupted. If the engine is paused you can
  RE.resume()   go on from the last checkpoint
  RE.stop()     clean up and mark the run a success
  RE.abort()    clean up and mark the run aborted
  RE.halt()     end at once, without the plan's clean-up
"""


class RunEngine:
    """Carries out plans.

    Messages are taken on the calling thread; an event loop on a thread of its own serves what is awaitable.
    Every method that controls a plan may be called from any thread.

    Parameters
    ----------
    md : mutable mapping, optional
        Metadata for every run; kept between calls.
    loop : asyncio event loop, optional
        Loop to serve awaitables with; made if not given.
    preprocessors : list of callables, optional
        Each takes a plan and gives a plan; the first is applied first.
    context_managers : list of callables, optional
        Each takes the engine and gives a context manager around every call. By default the handling of
        Ctrl-C;
        give an empty list on a server.
    md_validator : callable, optional
        Raises if the metadata of a run are not good enough.
    md_normalizer : callable, optional
        Gives the metadata to use.
    scan_id_source : callable, optional
        Gives the next scan_id from `md`; may be a coroutine function.
    during_task : object, optional
        Its ``block(event)`` runs on the calling thread until the event is set, e.g. a GUI's event loop;
        messages
        are then taken on another thread.
    call_returns_result : bool
        Give a `RunEngineResult` instead of the uids of runs.
    guard : callable, optional
        Called with each message before it is carried out; what it raises is thrown into the plan.
    """

    RunBundler = bundler.RunBundler

    def __init__(
        self,
        md: MutableMapping[str, Any] | None = None,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        preprocessors: list[Callable[[Any], Any]] | None = None,
        context_managers: list[Callable[[Any], Any]] | None = None,
        md_validator: Callable[[dict[str, Any]], Any] | None = None,
        md_normalizer: Callable[[dict[str, Any]], Any] | None = None,
        scan_id_source: Callable[[Any], Any] = default_scan_id_source,
        during_task: Any = None,
        call_returns_result: bool = False,
        guard: Guard | None = None,
    ) -> None:
        self.NO_PLAN_RETURN = object()
        thread = LoopThread(loop)
        self._loop = thread.loop
        self._loop_is_of_devices = thread.is_of_devices
        self._shared_loop = LoopFromAnyThread(thread.loop)
        self._th = thread.thread
        md = {} if md is None else md
        self._ctx = ctx = Context(self, thread, md)
        ctx.registry = registry_for(ctx)
        ctx.md_validator = md_validator or check_sample
        if md_normalizer is not None:
            ctx.md_normalizer = md_normalizer
        ctx.scan_id_source = scan_id_source
        md["versions"] = {**md.get("versions", {}), **installed_versions()}
        self.preprocessors = [] if preprocessors is None else preprocessors
        self.context_managers = [SigintHandler] if context_managers is None else context_managers
        self.max_depth: int | None = None
        self.pause_msg = PAUSE_MSG
        self._during_task = during_task
        self._call_returns_result = call_returns_result
        self._task: CallTask | None = None
        self.guard = guard
        self.subscribe_lossless = self._subscribe_lossless = self.dispatcher.subscribe
        self.unsubscribe_lossless = self._unsubscribe_lossless = self.dispatcher.unsubscribe

    # -- running plans ------------------------------------------------------------------------------------

    def __call__(
        self, plan: Any, subs: Any = None, /, **metadata_kw: Any
    ) -> tuple[str, ...] | RunEngineResult:
        """Run a plan to its end.

        Parameters
        ----------
        plan : generator, iterable of messages, or message
            What to carry out.
        subs : callable, list or mapping, optional
            Subscriptions for this call.
        **metadata_kw
            Metadata for the runs of this call.

        Returns
        -------
        tuple of str or RunEngineResult
            uids of the runs opened, or the whole outcome.

        Raises
        ------
        RunEngineInterrupted
            The plan was paused, stopped, aborted or halted; see ``state``.
        RuntimeError
            The engine is busy.
        Exception
            What the plan raised.
        """
        self._refuse_to_start(metadata_kw)
        ctx = self._ctx
        generator = as_generator(plan)
        for preprocess in self.preprocessors:
            generator = preprocess(generator)
        pairs = normalise_subscriptions(subs)
        call = Call(plan=plan, metadata=dict(metadata_kw))
        call.push(as_generator(generator))
        if waits := self._tripped_suspenders():
            call.push(single(message("wait_for", None, waits)))
        with ctx.mailbox.lock:
            if not ctx.machine.state.is_idle:
                raise RuntimeError(f"The RunEngine is in a {ctx.machine.state} state.")
            ctx.mailbox.clear()
            ctx.groups.forget()
            ctx.announced_groups.clear()
            ctx.drop_temporary_subscriptions()
            ctx.call = call
            call.was_rewindable = ctx.cache.is_wanted
            ctx.cache = MessageCache(call.was_rewindable)
            moved = ctx.machine.fire("start")
        self._task = CallTask(ctx, call)

        def before() -> None:
            for name, func in pairs:
                call.temporary_tokens.add(self.subscribe(func, name))
            ctx.announce(*moved)

        return self._run(call, before)

    def _refuse_to_start(self, metadata_kw: dict[str, Any]) -> None:
        control.refuse_if_panicked(self._ctx)
        if "raise_if_interrupted" in metadata_kw:
            warnings.warn(
                "There is no flag 'raise_if_interrupted': an interrupted call always raises. "
                "It is taken for metadata, as every keyword is.",
                stacklevel=3,
            )
        if self.max_depth is not None and (depth := len(inspect.stack(0)) - 1) > self.max_depth:
            raise RuntimeError(
                f"The engine was called at a stack depth of {depth}, and max_depth is {self.max_depth}: "
                "do not call it from inside a function; write a plan instead."
            )
        if not self.state.is_idle:
            raise RuntimeError(f"The RunEngine is in a {self.state} state.")
        if threading.current_thread() is self._th:
            raise RuntimeError(
                "The engine cannot be called from its own event loop: that would block the loop."
            )

    def _tripped_suspenders(self) -> list[Callable[[], Any]]:
        waits: list[Callable[[], Any]] = []
        for suspender in self.suspenders:
            futures, why = suspender.get_futures()
            if futures:
                waits.extend(futures)
                self.log.warning("The plan will begin when a suspender lets it: %s", why)
        return waits

    def _run(self, call: Call, before: Callable[[], Any]) -> tuple[str, ...] | RunEngineResult:
        """Take messages until the end or a pause, and give or raise the outcome."""
        value = self._drive(before)
        if value is PAUSED or call.interrupted:
            raise RunEngineInterrupted(self.pause_msg)
        return self._outcome(call, value)

    def _drive(self, before: Callable[[], Any]) -> Any:
        ctx = self._ctx
        ctx.look_for_watchers()
        began = False
        try:
            with ExitStack() as stack:
                for manager in self.context_managers:
                    stack.enter_context(manager(self))
                before()
                began = True
                return drive(ctx) if self._during_task is None else self._drive_beside(self._during_task)
        except BaseException:
            if not began:  # a context manager or a hook failed: the plan ends before it is taken up
                finish(ctx, ctx.call)
            raise
        return self.NO_PLAN_RETURN

    def _drive_beside(self, during_task: Any) -> Any:
        """Take messages on another thread while the caller's blocks as it was asked to."""
        done = threading.Event()
        outcome: list[Any] = [None, None]

        def work() -> None:
            try:
                outcome[0] = drive(self._ctx)
            except BaseException as error:  # noqa: BLE001  (raised again on the caller's thread)
                outcome[1] = error
            finally:
                done.set()

        thread = threading.Thread(target=work, name="run-engine-plan", daemon=True)
        thread.start()
        try:
            during_task.block(done)
        except BaseException:
            if not done.is_set():
                self.halt()
            raise
        finally:
            thread.join()
        if outcome[1] is not None:
            raise outcome[1]
        return outcome[0]

    def _outcome(self, call: Call, value: Any) -> tuple[str, ...] | RunEngineResult:
        uids = tuple(call.run_start_uids)
        if not self._call_returns_result:
            return uids
        return RunEngineResult(uids, value, call.exit_status, call.interrupted, call.reason, call.exception)

    # -- control ------------------------------------------------------------------------------------------

    def request_pause(self, defer: bool = False) -> None:
        """Pause the plan now, or (`defer`) at its next checkpoint."""
        control.request_pause(self._ctx, defer)

    def resume(self) -> tuple[str, ...] | RunEngineResult:
        """Go on with a paused plan from its last checkpoint; gives and raises what the call does."""
        ctx = self._ctx
        control.refuse_if_panicked(ctx)
        with ctx.mailbox.lock:
            if not ctx.machine.state.is_paused:
                raise TransitionError(
                    f"The engine is {ctx.machine.state}: only a paused plan can be resumed."
                )
            moved = ctx.machine.fire("resume")
            call = ctx.call
            call.interrupted = False

        def before() -> None:
            ctx.announce(*moved)
            prepare_resume(ctx)

        return self._run(call, before)

    def abort(self, reason: str = "") -> tuple[str, ...] | RunEngineResult:
        """End the plan, with its clean-up, and mark open runs aborted; does not wait for a running plan."""
        return self._end("abort", reason)

    def stop(self) -> tuple[str, ...] | RunEngineResult:
        """End the plan, with its clean-up, and mark open runs a success; does not wait for a running plan."""
        return self._end("stop")

    def halt(self) -> tuple[str, ...] | RunEngineResult:
        """End the plan without its clean-up and mark open runs aborted; does not wait for a running plan."""
        return self._end("halt")

    def _end(self, event: str, reason: str = "") -> tuple[str, ...] | RunEngineResult:
        call = self._ctx.call
        value = self.NO_PLAN_RETURN
        if control.request_end(self._ctx, event, reason):
            value = self._drive(before=lambda: None)
        return self._outcome(call, value)

    def request_suspend(
        self,
        fut: Callable[[], Any] | None,
        *,
        pre_plan: Any = None,
        post_plan: Any = None,
        justification: str | None = None,
    ) -> None:
        """Suspend the plan until what ``fut()`` gives is done; see `control.request_suspend`."""
        control.request_suspend(self._ctx, fut, pre_plan, post_plan, justification)

    def reset(self) -> None:
        """Halt what runs, forget subscriptions and caches."""
        if not self.state.is_idle:
            self.halt()
        self._ctx.groups.forget()
        self._ctx.drop_temporary_subscriptions()
        self.dispatcher.unsubscribe_all()

    def close(self) -> None:
        """Stop the event loop and its thread; the engine cannot be used afterwards.

        The loop of async devices that were connected before the engine was made goes on.

        Raises
        ------
        RuntimeError
            A plan is in progress.
        """
        if not (self.state.is_idle or self.state == "panicked"):
            raise RuntimeError(f"The engine is {self.state}: end the plan before closing it.")
        self.clear_suspenders()
        if self._loop_is_of_devices:
            return  # they go on to need it
        if self._loop.is_running():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._th.join()
        self._loop.close()

    # -- subscriptions ------------------------------------------------------------------------------------

    def subscribe(self, func: Any, name: Any = "all") -> int:
        """Have ``func(name, doc)`` called for documents of a name, or ``'all'``; gives a token."""
        return self.dispatcher.subscribe(func, name)

    def unsubscribe(self, token: int) -> None:
        """End a subscription."""
        self.dispatcher.unsubscribe(token)

    @property
    def dispatcher(self) -> Dispatcher:
        """Hands documents to subscribers."""
        return self._ctx.dispatcher

    @property
    def ignore_callback_exceptions(self) -> bool:
        """Warn about exceptions of subscribers instead of throwing them into the plan."""
        return self.dispatcher.ignore_exceptions

    @ignore_callback_exceptions.setter
    def ignore_callback_exceptions(self, value: bool) -> None:
        self.dispatcher.ignore_exceptions = bool(value)

    # -- suspenders ---------------------------------------------------------------------------------------

    @property
    def suspenders(self) -> tuple[Any, ...]:
        """Suspenders installed."""
        return tuple(self._ctx.suspenders)

    def install_suspender(self, suspender: Any) -> None:
        """Have a suspender hold plans."""
        self._ctx.suspenders[suspender] = None
        suspender.install(self)

    def remove_suspender(self, suspender: Any) -> None:
        """Undo `install_suspender`; an unknown suspender is no error."""
        if suspender in self._ctx.suspenders:
            del self._ctx.suspenders[suspender]
            suspender.remove()

    def clear_suspenders(self) -> None:
        """Remove every suspender."""
        for suspender in self.suspenders:
            self.remove_suspender(suspender)

    # -- commands -----------------------------------------------------------------------------------------

    @property
    def commands(self) -> list[str]:
        """Names of all commands."""
        return list(self._ctx.registry)

    def register_command(self, name: str, func: Callable[[Any], Any]) -> None:
        """Add or replace a command by a function of the message, plain or a coroutine function."""
        self._ctx.registry[name] = CustomCommand(self._ctx, func)

    def unregister_command(self, name: str) -> None:
        """Remove a command."""
        del self._ctx.registry[name]

    def print_command_registry(self, verbose: bool = False) -> str:
        """Give a text that lists the commands, with all they say of themselves if `verbose`."""
        text = "List of available commands\n"
        for name, func in self._ctx.registry.items():
            about = func.__doc__ or ""
            text += f"{name} : {about if verbose else about.split(chr(10))[0]}\n"
        return text

    # -- state and settings -------------------------------------------------------------------------------

    @property
    def state(self) -> EngineState:
        """Present state, a string that also answers ``is_idle`` and the like; see `EngineState`."""
        return self._ctx.machine.state

    @property
    def _state(self) -> EngineState:
        return self._ctx.machine.state

    @_state.setter
    def _state(self, name: str) -> None:
        self._ctx.announce(*self._ctx.machine.become(name))

    @property
    def loop(self) -> LoopFromAnyThread:
        """The event loop that serves awaitables; calls may be scheduled on it from any thread."""
        return self._shared_loop

    @property
    def rewindable(self) -> bool:
        """Whether messages are kept to be taken again after an interruption."""
        return self._ctx.cache.is_wanted

    @rewindable.setter
    def rewindable(self, value: bool) -> None:
        if self._ctx.cache.want(bool(value)):
            self._ctx.mark()

    @property
    def resumable(self) -> bool:
        """Whether the plan in progress can be interrupted and continued."""
        return self._ctx.cache.is_resumable

    @property
    def deferred_pause_requested(self) -> bool:
        """Whether a pause waits for a checkpoint."""
        return self._ctx.call.is_pause_deferred

    @property
    def call_returns_result(self) -> bool:
        """Whether a call gives a `RunEngineResult`."""
        return self._call_returns_result

    @property
    def verbose(self) -> bool:
        """Whether the engine writes to its log."""
        return not self.log.disabled

    @verbose.setter
    def verbose(self, value: bool) -> None:
        self.log.disabled = not value

    # -- attributes that live in the context --------------------------------------------------------------

    log = Setting("Logger of this engine.")
    md = Setting("Metadata for every run.")
    md_validator = Setting("Raises if the metadata of a run are not good enough.")
    md_normalizer = Setting("Gives the metadata to use.")
    scan_id_source = Setting("Gives the next scan_id.")
    guard = Setting("Called with each message before it is carried out; what it raises goes into the plan.")
    msg_hook = Setting("Called with each message.")
    state_hook = Setting("Called with (new, old) at each change of state, on the thread that caused it.")
    waiting_hook = Setting("Called with the set of statuses when a wait begins, and with None when it ends.")
    record_interruptions = Setting("Whether runs get a stream ``interruptions``.")
    _require_stream_declaration = Setting("Whether streams must be declared.", name="must_declare_streams")
    _run_bundlers = Setting("Open runs by run key.", name="bundlers")
    _command_registry = Setting("Commands by name.", name="registry")
    _seen_wait_and_move_on_keys = Setting(
        "Groups that the waiting hook was told of and that are not done.", name="announced_groups"
    )
