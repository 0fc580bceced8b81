"""Change the messages of a plan, or put messages around them."""

from collections.abc import Callable, Generator, Iterable
from types import GeneratorType
from typing import Any, TypeAlias

from acquisition.plans.msg import Msg, Plan

Insertion: TypeAlias = tuple[Plan[Any] | None, Plan[Any] | None]


def single_gen(msg: Any) -> Plan[Any]:
    """Make a plan of one message."""
    return (yield msg)


def ensure_generator(plan: Iterable[Any]) -> Plan[Any]:
    """
    Make a generator of a plan, a list of messages, or one message.

    Parameters
    ----------
    plan : iterable of messages, or message
    """
    if isinstance(plan, tuple) and getattr(plan, "_fields", None) == Msg._fields:
        return single_gen(plan)
    iterator = iter(plan)
    return iterator if isinstance(iterator, GeneratorType) else (msg for msg in iterator)


def pchain(*plans: Any) -> Plan[tuple[Any, ...]]:
    """Run plans one after the other; gives what each returns."""
    returned: list[Any] = []
    try:
        for plan in plans:
            returned.append((yield from plan))
    except BaseException:
        close_plans(plans)
        raise
    return tuple(returned)


def msg_mutator(plan: Iterable[Any], msg_proc: Callable[[Any], Any]) -> Plan[Any]:
    """
    Change each message of a plan, or leave it out.

    Parameters
    ----------
    plan : plan
    msg_proc : callable
        Takes a message and gives a message, or None to leave it out; the plan is answered None then.

    Returns
    -------
    object
        What the plan returns.
    """
    inner = ensure_generator(plan)
    answer: Any = None
    error: BaseException | None = None
    while True:
        try:
            msg = inner.send(answer) if error is None else _throw(inner, error)
        except StopIteration as end:
            return end.value
        answer = error = None
        try:
            msg = msg_proc(msg)
            if msg is not None:
                answer = yield msg
        except GeneratorExit:
            inner.close()
            raise
        except BaseException as thrown:  # noqa: BLE001  (it is for the plan to handle)
            error = thrown


def _throw(plan: Plan[Any], error: BaseException) -> Any:
    return plan.throw(error)


class _Layer:
    """A plan on the stack of a mutator: the host, or what was put around one of its messages."""

    __slots__ = ("answer", "is_tail", "origin", "plan", "tail")

    def __init__(
        self, plan: Plan[Any], origin: Any = None, tail: Plan[Any] | None = None, *, is_tail: bool = False
    ) -> None:
        self.plan = plan
        self.origin = origin
        self.tail = tail
        self.is_tail = is_tail
        self.answer: Any = None

    def note(self, answer: Any) -> None:
        """Keep the latest answer for the host; answers to a tail are nobody's."""
        if not self.is_tail:
            self.answer = answer


def plan_mutator(plan: Iterable[Any], msg_proc: Callable[[Any], Insertion]) -> Plan[Any]:
    """
    Put messages before, after, or in place of messages of a plan.

    Parameters
    ----------
    plan : plan
    msg_proc : callable
        Takes a message and gives a pair (head, tail) of plans or None. ``(None, None)`` lets the
        message pass; a head takes its place, and may yield the message itself; a tail follows it.
        The answer to the last message of the head is the answer that the plan gets. Messages of
        heads and tails are given to ``msg_proc`` too, except the one they were made for.

    Returns
    -------
    object
        What the plan returns.

    Notes
    -----
    Nothing is kept of a message when its head and tail are over.
    """
    stack = [_Layer(ensure_generator(plan))]
    answer: Any = None
    error: BaseException | None = None
    while True:
        layer = stack[-1]
        try:
            msg = layer.plan.send(answer) if error is None else _throw(layer.plan, error)
        except StopIteration as end:
            stack.pop()
            if not stack:
                return end.value
            error = None
            answer = _answer_after(layer, stack)
            continue
        except BaseException as raised:
            stack.pop()
            if not stack:
                raise
            error = raised
            continue
        error = None
        try:
            if _put_around(msg, msg_proc, stack):
                answer = None
                continue
            answer = yield msg
            layer.note(answer)
        except GeneratorExit:
            close_plans(layer.plan for layer in reversed(stack))
            raise
        except BaseException as thrown:  # noqa: BLE001  (it is for the plan to handle)
            error = thrown


def _put_around(msg: Any, msg_proc: Callable[[Any], Insertion], stack: list[_Layer]) -> bool:
    """Put what is to surround a message on the stack; tell whether there is anything."""
    if any(layer.origin is msg for layer in stack):
        return False
    head, tail = msg_proc(msg)
    if head is None and tail is None:
        return False
    stack.append(_Layer(single_gen(msg) if head is None else ensure_generator(head), msg, tail))
    return True


def _answer_after(layer: _Layer, stack: list[_Layer]) -> Any:
    """Give what to send next when a layer is over: its tail comes first, then its host goes on."""
    if layer.tail is None:
        return layer.answer
    tail = _Layer(ensure_generator(layer.tail), layer.origin, is_tail=True)
    tail.answer = layer.answer
    stack.append(tail)
    return None


def close_plans(plans: Iterable[Any]) -> None:
    """End plans; lists and other iterables are left alone."""
    for plan in plans:
        if isinstance(plan, Generator):
            plan.close()
