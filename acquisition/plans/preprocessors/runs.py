"""Put plans into runs, and runs under keys."""

from collections import ChainMap
from collections.abc import Hashable, Iterable
from typing import Any

from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.control import contingency_wrapper
from acquisition.plans.preprocessors.decoration import make_decorator
from acquisition.plans.preprocessors.mutation import close_plans, msg_mutator
from acquisition.plans.shapes import Metadata
from acquisition.plans.stubs.runs import close_run, open_run


def run_wrapper(plan: Iterable[Any], *, md: Metadata | None = None) -> Plan[str]:
    """
    Open a run before a plan, and close it after with how it ended.

    Parameters
    ----------
    plan : plan
    md : mapping, optional
        Metadata for the start document.

    Returns
    -------
    str
        The uid of the run.
    """
    try:
        uid = yield from open_run(md)
    except BaseException:
        close_plans([plan])
        raise
    yield from contingency_wrapper(plan, except_plan=_close_after, else_plan=close_run)
    return uid


def _close_after(error: Exception) -> Plan[str]:
    # Exceptions by which a person ends a plan say themselves how the run ended.
    status = getattr(error, "exit_status", None)
    if isinstance(status, str):
        return (yield from close_run(exit_status=status))
    return (yield from close_run(exit_status="fail", reason=str(error)))


def inject_md_wrapper(plan: Iterable[Any], md: Metadata) -> Plan[Any]:
    """
    Add metadata to each run that a plan opens; it wins over what the plan gives.

    Parameters
    ----------
    plan : plan
    md : mapping
    """

    def with_md(msg: Any) -> Any:
        return msg._replace(kwargs=ChainMap(dict(md), msg.kwargs)) if msg.command == "open_run" else msg

    return (yield from msg_mutator(plan, with_md))


def set_run_key_wrapper(plan: Iterable[Any], run: Hashable) -> Plan[Any]:
    """
    Give the messages of a plan a run key, unless they have one.

    Parameters
    ----------
    plan : plan
    run : hashable
        The key; not None, which is the default run.
    """
    if run is None:
        raise ValueError("None is the key of the default run: give another one")

    def with_key(msg: Any) -> Any:
        return msg._replace(run=run) if msg.run is None else msg

    return (yield from msg_mutator(plan, with_key))


def stub_wrapper(plan: Iterable[Any]) -> Plan[dict[str, Any]]:
    """
    Strip a plan of runs and staging, to use it inside another.

    Returns
    -------
    dict
        Metadata of the runs it would have opened.
    """
    md: dict[str, Any] = {}

    def without_run(msg: Any) -> Any:
        if msg.command == "open_run":
            md.update(msg.kwargs)
        return None if msg.command in {"open_run", "close_run", "stage", "unstage"} else msg

    yield from msg_mutator(plan, without_run)
    return md


run_decorator = make_decorator(run_wrapper)
inject_md_decorator = make_decorator(inject_md_wrapper)
set_run_key_decorator = make_decorator(set_run_key_wrapper)
stub_decorator = make_decorator(stub_wrapper)
