"""Stage devices before a plan and unstage them after it."""

from collections.abc import Iterable
from typing import Any

from acquisition.plans.kinship import is_one_of, root_ancestor, separate_devices
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.control import finalize_wrapper
from acquisition.plans.preprocessors.decoration import make_decorator
from acquisition.plans.preprocessors.mutation import Insertion, close_plans, plan_mutator
from acquisition.plans.stubs.staging import stage_all, unstage_all

_USES_A_DEVICE = frozenset({"read", "set", "trigger", "kickoff"})


def stage_wrapper(plan: Iterable[Any], devices: Iterable[Any]) -> Plan[Any]:
    """
    Stage devices before a plan; unstage them after it in reverse order.

    Parameters
    ----------
    plan : plan
    devices : iterable of devices
        Their outermost parents are staged.
    """
    roots = separate_devices(root_ancestor(device) for device in devices)

    def staged() -> Plan[Any]:
        try:
            yield from stage_all(*roots)
        except BaseException:
            close_plans([plan])
            raise
        return (yield from plan)

    return (yield from finalize_wrapper(staged(), unstage_all(*reversed(roots))))


def lazily_stage_wrapper(plan: Iterable[Any]) -> Plan[Any]:
    """Stage each device when a plan first uses it; unstage them at the end in reverse order."""
    staged: list[Any] = []

    def stage_first(msg: Any) -> Insertion:
        if msg.command not in _USES_A_DEVICE or is_one_of(msg.obj, staged):
            return None, None
        return _stage_then(msg, staged), None

    def unstage() -> Plan[None]:
        yield from unstage_all(*reversed(staged))

    return (yield from finalize_wrapper(plan_mutator(plan, stage_first), unstage()))


def _stage_then(msg: Any, staged: list[Any]) -> Plan[Any]:
    root = root_ancestor(msg.obj)
    answer = yield Msg("stage", root)
    staged.extend(answer if isinstance(answer, list) else [root])
    return (yield msg)


stage_decorator = make_decorator(stage_wrapper)
lazily_stage_decorator = make_decorator(lazily_stage_wrapper)
