"""Say what a plan does as it goes by."""

from collections.abc import Callable, Iterable
from typing import Any

from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.mutation import msg_mutator

_RULE = 80


def print_summary_wrapper(plan: Iterable[Any], out: Callable[[str], object] = print) -> Plan[Any]:
    """
    Print moves, readings and runs of a plan, and let its messages pass.

    Parameters
    ----------
    plan : plan
    out : callable
        Takes each line.
    """
    read: list[str] = []

    def say(msg: Any) -> Any:
        match msg.command:
            case "open_run":
                out(" Open Run ".center(_RULE, "="))
            case "close_run":
                out(" Close Run ".center(_RULE, "="))
            case "set":
                out(f"{msg.obj.name} -> {msg.args[0]}")
            case "create":
                read.clear()
            case "read":
                read.append(msg.obj.name)
            case "save":
                out(f"  Read {read}")
        return msg

    return (yield from msg_mutator(plan, say))
