"""Do the same again."""

import itertools
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any

from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.preprocessors.mutation import ensure_generator


@plan
def repeat(
    plan: Callable[[], Iterable[Any]], num: int | None = 1, delay: float | Iterable[float] = 0.0
) -> Plan[None]:
    """
    Run a plan several times, with a checkpoint before each and a rhythm.

    Parameters
    ----------
    plan : function that gives a plan
    num : int, optional
        How many times; None for ever, or until the delays run out.
    delay : float or iterable of float
        Seconds from the start of one to the start of the next; no wait if the plan took longer, and
        none after the last.

    Raises
    ------
    ValueError
        If there are fewer delays than ``num - 1``.
    """
    delays = _delays(delay, num)
    for n in itertools.count() if num is None else range(num):
        started = time.monotonic()
        yield Msg("checkpoint")
        yield from ensure_generator(plan())
        if n + 1 == num:
            return
        pause = next(delays, _NO_MORE)
        if pause is _NO_MORE:
            if num is None:
                return
            raise ValueError(_too_few_delays(num, n))
        if pause is not None and (left := pause - (time.monotonic() - started)) > 0:
            yield Msg("sleep", None, left)


@plan
def repeater(n: int | None, gen_func: Callable[..., Iterable[Any]], *args: Any, **kwargs: Any) -> Plan[None]:
    """Run a plan function ``n`` times, for ever if None; further arguments are its arguments."""
    for _ in itertools.count() if n is None else range(n):
        yield from gen_func(*args, **kwargs)


@plan
def caching_repeater(n: int | None, plan: Iterable[Any]) -> Plan[None]:
    """Repeat the same messages ``n`` times, for ever if None. Leaving: use :func:`repeater`."""
    warnings.warn(
        "caching_repeater is leaving: give repeater a plan function", DeprecationWarning, stacklevel=2
    )
    messages = list(plan)
    for _ in itertools.count() if n is None else range(n):
        yield from messages


@plan
def broadcast_msg(command: str, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Plan[list[Any]]:
    """Send the same command to several devices; gives their answers."""
    answers = []
    for obj in objs:
        answers.append((yield Msg(command, obj, *args, **kwargs)))
    return answers


_NO_MORE: Any = object()


def _delays(delay: float | Iterable[float], num: int | None) -> Iterator[Any]:
    if not isinstance(delay, Iterable):
        return itertools.repeat(delay)
    if isinstance(delay, Sized) and num and len(delay) < num - 1:
        raise ValueError(_too_few_delays(num, len(delay)))
    return iter(delay)


def _too_few_delays(num: int, given: int) -> str:
    return f"{num} readings have {num - 1} delays between them, but only {given} are given"
