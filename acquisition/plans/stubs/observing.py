"""Monitor signals, listen to documents, and suspend on conditions."""

from collections.abc import Callable, Mapping
from typing import Any

from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.shapes import Readable


@plan
def monitor(obj: Readable, *, name: str | None = None, **kwargs: Any) -> Plan[None]:
    """
    Emit an event of a stream of its own at each change of a signal.

    Parameters
    ----------
    obj : subscribable device
        What to watch.
    name : str, optional
        Name of the stream.
    **kwargs
        Passed to ``obj.subscribe``.
    """
    yield Msg("monitor", obj, name=name, **kwargs)


@plan
def unmonitor(obj: Readable) -> Plan[None]:
    """Stop monitoring a signal."""
    yield Msg("unmonitor", obj)


@plan
def subscribe(name: str, func: Callable[[str, Mapping[str, Any]], object]) -> Plan[int]:
    """
    Have a function called with each document, until the plan ends.

    Parameters
    ----------
    name : str
        Which documents: ``"all"``, ``"start"``, ``"descriptor"``, ``"event"``, ``"stop"``.
    func : callable
        Takes the name of the document and the document.

    Returns
    -------
    int
        Token to unsubscribe with.
    """
    token: int = yield Msg("subscribe", None, func, name)
    return token


@plan
def unsubscribe(token: int) -> Plan[None]:
    """Stop calling the function that was subscribed under this token."""
    yield Msg("unsubscribe", token=token)


@plan
def install_suspender(suspender: Any) -> Plan[None]:
    """Let a suspender hold the plan up while its condition lasts."""
    yield Msg("install_suspender", None, suspender)


@plan
def remove_suspender(suspender: Any) -> Plan[None]:
    """Take a suspender away again."""
    yield Msg("remove_suspender", None, suspender)
