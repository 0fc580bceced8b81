"""Devices that acquire on their own: start, finish, collect."""

from collections.abc import Hashable, Sequence
from typing import Any

from acquisition.plans.groups import fresh_group
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.shapes import Flyable
from acquisition.plans.stubs.pacing import wait as wait_for_group


@plan
def prepare(
    obj: Any, *args: Any, group: Hashable | None = None, wait: bool = False, **kwargs: Any
) -> Plan[Any]:
    """
    Tell a device what is to come.

    Parameters
    ----------
    obj : preparable device
    *args, **kwargs
        Passed to ``obj.prepare``.
    group : hashable, optional
        Group that the status joins.
    wait : bool
        Wait until it is prepared.
    """
    return (yield from _start("prepare", obj, args, group, wait, kwargs))


@plan
def kickoff(obj: Flyable, *, group: Hashable | None = None, wait: bool = False, **kwargs: Any) -> Plan[Any]:
    """Start a flyer; gives the status that is done when it flies."""
    return (yield from _start("kickoff", obj, (), group, wait, kwargs))


@plan
def complete(obj: Flyable, *, group: Hashable | None = None, wait: bool = False, **kwargs: Any) -> Plan[Any]:
    """Let a flyer finish; gives the status that is done when it has."""
    return (yield from _start("complete", obj, (), group, wait, kwargs))


@plan
def kickoff_all(
    *args: Flyable, group: Hashable | None = None, wait: bool = True, **kwargs: Any
) -> Plan[tuple[Any, ...]]:
    """Start several flyers, and wait until all fly unless ``wait`` is False."""
    return (yield from _start_all("kickoff", args, group, wait, kwargs))


@plan
def complete_all(
    *args: Flyable, group: Hashable | None = None, wait: bool = False, **kwargs: Any
) -> Plan[tuple[Any, ...]]:
    """Let several flyers finish, and wait until all have if ``wait`` is True."""
    return (yield from _start_all("complete", args, group, wait, kwargs))


@plan
def collect(
    obj: Any, *args: Any, stream: bool = False, return_payload: bool = True, name: str | None = None
) -> Plan[Any]:
    """
    Turn what flyers have gathered into documents.

    Parameters
    ----------
    obj, *args : collectable devices
        Several only if all write to a stream that was declared.
    stream : bool
        Emit while collecting.
    return_payload : bool
        Give the events back, too.
    name : str, optional
        Stream that was declared for them.
    """
    return (yield Msg("collect", obj, *args, stream=stream, return_payload=return_payload, name=name))


@plan
def collect_while_completing(
    flyers: Sequence[Flyable],
    dets: Sequence[Any],
    flush_period: float | None = None,
    stream_name: str | None = None,
    watch: Sequence[Hashable] = (),
) -> Plan[None]:
    """
    Let flyers finish and collect detectors meanwhile.

    Parameters
    ----------
    flyers : sequence of flyable devices
        Devices to complete.
    dets : sequence of collectable devices
        Devices to collect.
    flush_period : float, optional
        Seconds between collections; None collects once, at the end.
    stream_name : str, optional
        Stream that was declared for the detectors.
    watch : sequence of groups
        A failure in one of these ends the wait.
    """
    group = fresh_group("complete")
    yield from complete_all(*flyers, group=group)
    done = False
    while not done:
        done = yield from wait_for_group(group, timeout=flush_period, error_on_timeout=False, watch=watch)
        yield from collect(*dets, name=stream_name)


def _start(
    command: str, obj: Any, args: tuple[Any, ...], group: Hashable | None, wait: bool, kwargs: dict[str, Any]
) -> Plan[Any]:
    status = yield Msg(command, obj, *args, group=group, **kwargs)
    if wait:
        yield from wait_for_group(group)
    return status


def _start_all(
    command: str, flyers: tuple[Any, ...], group: Hashable | None, wait: bool, kwargs: dict[str, Any]
) -> Plan[tuple[Any, ...]]:
    lame = [flyer for flyer in flyers if not (hasattr(flyer, "kickoff") and hasattr(flyer, "complete"))]
    if lame:
        raise TypeError(f"{lame!r} cannot fly: a flyer has kickoff and complete")
    group = group or fresh_group(command)
    statuses = []
    for flyer in flyers:
        statuses.append((yield Msg(command, flyer, group=group, **kwargs)))
    if wait:
        yield from wait_for_group(group)
    return tuple(statuses)
