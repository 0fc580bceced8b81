"""Wait, sleep, mark where to resume, and pause."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Any

from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan


@plan
def null() -> Plan[None]:
    """Do nothing, in one message."""
    yield Msg("null")


@plan
def checkpoint() -> Plan[None]:
    """Mark a place to rewind to: after a pause the messages since the last one are carried out again."""
    yield Msg("checkpoint")


@plan
def clear_checkpoint() -> Plan[None]:
    """Say that the plan cannot be rewound from here: a pause becomes an abort."""
    yield Msg("clear_checkpoint")


@plan
def pause() -> Plan[None]:
    """Pause here, until a person resumes or ends the plan."""
    yield Msg("pause", None, defer=False)


@plan
def deferred_pause() -> Plan[None]:
    """Pause at the next checkpoint."""
    yield Msg("pause", None, defer=True)


@plan
def sleep(time: float) -> Plan[None]:
    """
    Wait without keeping the engine from being interrupted.

    Parameters
    ----------
    time : float
        Seconds.
    """
    yield Msg("sleep", None, time)


@plan
def wait(
    group: Hashable | None = None,
    *,
    timeout: float | None = None,
    error_on_timeout: bool = True,
    watch: Sequence[Hashable] = (),
) -> Plan[bool]:
    """
    Wait until all statuses of a group are done.

    Parameters
    ----------
    group : hashable, optional
        The group; None is a group too.
    timeout : float, optional
        Most seconds to wait.
    error_on_timeout : bool
        Raise when the time is over; otherwise answer False.
    watch : sequence of groups
        A failure in one of these ends the wait.

    Returns
    -------
    bool
        Whether all are done.
    """
    done = yield Msg(
        "wait", None, group=group, error_on_timeout=error_on_timeout, timeout=timeout, watch=watch
    )
    return bool(done) if done is not None else True


@plan
def wait_for(futures: Iterable[Callable[[], Awaitable[Any]]], **kwargs: Any) -> Plan[Any]:
    """
    Wait for awaitables.

    Parameters
    ----------
    futures : iterable of functions that give an awaitable
        Functions, so that each can be asked again after a rewind.
    **kwargs
        Arguments of :func:`asyncio.wait`, such as ``timeout`` in seconds.
    """
    return (yield Msg("wait_for", None, futures, **kwargs))


@plan
def input_plan(prompt: str = "") -> Plan[str]:
    """Ask the operator for one line of text."""
    line: str = yield Msg("input", prompt=prompt)
    return line
