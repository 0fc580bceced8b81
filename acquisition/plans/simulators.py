"""Look at plans without an engine: summaries, limits, and playing a plan in a test."""

import asyncio
import inspect
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any, Literal

from acquisition.plans.preprocessors.mutation import ensure_generator
from acquisition.plans.preprocessors.summary import print_summary_wrapper


def summarize_plan(plan: Iterable[Any], out: Callable[[str], object] = print) -> None:
    """
    Print where a plan moves and what it reads.

    Parameters
    ----------
    plan : plan
        Gets None as answer to each message.
    out : callable
        Takes each line.
    """
    for _ in print_summary_wrapper(plan, out):
        pass


print_summary = summarize_plan


def check_limits(plan: Iterable[Any]) -> None:
    """
    Ask each device that a plan sets whether it can go there.

    Parameters
    ----------
    plan : plan
        Gets None as answer to each message.

    Raises
    ------
    Exception
        What ``check_value`` of the device raises.
    """
    asyncio.run(check_limits_async(plan))


async def check_limits_async(plan: Iterable[Any]) -> None:
    """Do what :func:`check_limits` does, where an event loop runs already."""
    cannot_tell: set[Any] = set()
    for msg in plan:
        if msg.command != "set" or msg.obj in cannot_tell:
            continue
        if not hasattr(msg.obj, "check_value"):
            cannot_tell.add(msg.obj)
            warnings.warn(
                f"{msg.obj.name} has no check_value, so whether it can go to {msg.args[0]} is not known",
                stacklevel=2,
            )
            continue
        answer = msg.obj.check_value(msg.args[0])
        if inspect.isawaitable(answer):
            await answer


@dataclass(frozen=True, slots=True)
class _Handler:
    commands: frozenset[str]
    wants: Callable[[Any], bool]
    handle: Callable[[Any], Any]

    def takes(self, msg: Any) -> bool:
        return msg.command in self.commands and self.wants(msg)


class RunEngineSimulator:
    """
    Plays a plan in a test: answers its messages by handlers, and gives the messages.

    Attributes
    ----------
    return_value : object
        What the plan returned, after :meth:`simulate_plan`.
    callbacks : dict of int to (callable, str)
        Subscriptions of the plan, when :meth:`add_handler_for_callback_subscribes` was called.
    """

    GROUP_ANY = "any"

    def __init__(self) -> None:
        self.message_handlers: list[_Handler] = []
        self.callbacks: dict[int, tuple[Callable[[str, Any], Any], str]] = {}
        self.return_value: Any = None

    def add_handler(
        self,
        commands: str | Sequence[str],
        handler: Callable[[Any], Any],
        msg_filter: str | Callable[[Any], bool] | None = None,
        index: int | Literal["end"] = 0,
    ) -> None:
        """
        Answer messages.

        Parameters
        ----------
        commands : str or sequence of str
            Commands to answer.
        handler : callable
            Takes the message and gives the answer.
        msg_filter : str or callable, optional
            Name of the only device to answer for, or a test of the message.
        index : int or "end"
            Where to put it; the first handler that takes a message answers it.
        """
        names = frozenset([commands] if isinstance(commands, str) else commands)
        place = len(self.message_handlers) if index == "end" else index
        self.message_handlers.insert(place, _Handler(names, _test_of(msg_filter), handler))

    def add_read_handler_for(self, obj: Any, value: Any) -> None:
        """Let a device read a value under its name; a dict is taken as the whole reading of the field."""
        self.add_read_handler_for_multiple(obj, **{obj.name: value})

    def add_read_handler_for_multiple(self, obj: Any, **values: Any) -> None:
        """Let a device read values by field."""

        def read(_: Any) -> dict[str, Any]:
            now = time.time()
            return {
                field: value if isinstance(value, dict) else {"value": value, "timestamp": now}
                for field, value in values.items()
            }

        self.add_handler("read", read, obj.name)

    def add_wait_handler(self, handler: Callable[[Any], Any], group: str = GROUP_ANY) -> None:
        """Do something when the plan waits for a group."""
        self.add_handler(
            "wait", handler, lambda msg: group == self.GROUP_ANY or msg.kwargs.get("group") == group
        )

    def add_handler_for_callback_subscribes(self) -> None:
        """Keep the subscriptions that the plan makes, and answer with their tokens."""
        self.add_handler("subscribe", self._subscribe, index="end")

    def add_callback_handler_for(
        self,
        command: str,
        document_name: str,
        document: Mapping[str, Any],
        msg_filter: str | Callable[[Any], bool] | None = None,
    ) -> None:
        """Give subscribers a document the first time a command comes."""
        self.add_callback_handler_for_multiple(command, [[(document_name, document)]], msg_filter)

    def add_callback_handler_for_multiple(
        self,
        command: str,
        docs: Sequence[Sequence[tuple[str, Mapping[str, Any]]]],
        msg_filter: str | Callable[[Any], bool] | None = None,
    ) -> None:
        """Give subscribers the next list of documents each time a command comes."""
        batches = iter(docs)

        def emit(_: Any) -> None:
            for name, doc in next(batches, ()):
                self.fire_callback(name, doc)

        self.add_handler(command, emit, msg_filter)

    def fire_callback(self, document_name: str, document: Mapping[str, Any]) -> None:
        """Give a document to all who subscribed to its kind."""
        for func, wanted in list(self.callbacks.values()):
            if wanted in ("all", document_name):
                func(document_name, document)

    def simulate_plan(self, gen: Iterable[Any]) -> list[Any]:
        """
        Play a plan to its end.

        Returns
        -------
        list of messages
        """
        plan = ensure_generator(gen)
        messages: list[Any] = []
        answer: Any = None
        while True:
            try:
                msg = plan.send(answer)
            except StopIteration as end:
                self.return_value = end.value
                return messages
            messages.append(msg)
            handler = next((each for each in self.message_handlers if each.takes(msg)), None)
            answer = handler.handle(msg) if handler else None

    def _subscribe(self, msg: Any) -> int:
        token = max(self.callbacks, default=-1) + 1
        self.callbacks[token] = msg.args
        return token


def _test_of(msg_filter: str | Callable[[Any], bool] | None) -> Callable[[Any], bool]:
    if callable(msg_filter):
        return msg_filter
    if msg_filter is None:
        return lambda msg: True
    return lambda msg: getattr(msg.obj, "name", None) == msg_filter


def assert_message_and_return_remaining(
    messages: Sequence[Any], predicate: Callable[[Any], bool], group: str | None = None
) -> list[Any]:
    """
    Find the first message that a test holds for.

    Parameters
    ----------
    messages : sequence of messages
    predicate : callable
        The test.
    group : str, optional
        Only messages of this group, or of none.

    Returns
    -------
    list of messages
        From the one that was found on.

    Raises
    ------
    AssertionError
        If there is none.
    """

    def unlike(msg: Any) -> bool:
        other_group = group is not None and bool(msg.kwargs) and msg.kwargs.get("group") != group
        return other_group or not predicate(msg)

    remaining = list(dropwhile(unlike, messages))
    if not remaining:
        raise AssertionError(f"none of the {len(messages)} messages is the one that is looked for")
    return remaining
