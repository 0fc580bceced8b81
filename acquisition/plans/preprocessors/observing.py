"""Subscriptions and suspenders for the time of a plan."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.control import finalize_wrapper
from acquisition.plans.preprocessors.decoration import make_decorator

DOCUMENT_NAMES = ("all", "start", "descriptor", "event", "stop")


def subs_wrapper(plan: Iterable[Any], subs: Any) -> Plan[Any]:
    """
    Have functions called with the documents of a plan.

    Parameters
    ----------
    plan : plan
    subs : callable, iterable of callables, or mapping of document name to one of these
        Each is called with the name of a document and the document.
    """
    pairs = list(subscriptions(subs))
    tokens: list[Any] = []

    def subscribed() -> Plan[Any]:
        for name, func in pairs:
            tokens.append((yield Msg("subscribe", None, func, name)))
        return (yield from plan)

    def unsubscribe() -> Plan[None]:
        for token in dict.fromkeys(tokens):
            yield Msg("unsubscribe", None, token=token)

    return (yield from finalize_wrapper(subscribed(), unsubscribe()))


def subscriptions(subs: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """
    Give the pairs (document name, function) that a description of subscriptions means.

    Parameters
    ----------
    subs : None, callable, iterable of callables, or mapping of document name to one of these

    Raises
    ------
    KeyError
        For a name that no document has.
    TypeError
        For what cannot be called.
    """
    by_name = subs if isinstance(subs, Mapping) else {"all": subs}
    for name, funcs in by_name.items():
        if name not in DOCUMENT_NAMES:
            raise KeyError(f"no document is called {name!r}: use one of {', '.join(DOCUMENT_NAMES)}")
        for func in _functions(funcs):
            if not callable(func):
                raise TypeError(f"{func!r} is subscribed to {name} documents, but cannot be called")
            yield name, func


def _functions(funcs: Any) -> Iterable[Any]:
    if funcs is None:
        return ()
    return (funcs,) if callable(funcs) or not isinstance(funcs, Iterable) else funcs


def suspend_wrapper(plan: Iterable[Any], suspenders: Any) -> Plan[Any]:
    """
    Install suspenders for the time of a plan.

    Parameters
    ----------
    plan : plan
    suspenders : suspender or iterable of suspenders
    """
    every = list(suspenders) if isinstance(suspenders, Iterable) else [suspenders]

    def installed() -> Plan[Any]:
        for suspender in every:
            yield Msg("install_suspender", None, suspender)
        return (yield from plan)

    def remove() -> Plan[None]:
        for suspender in every:
            yield Msg("remove_suspender", None, suspender)

    return (yield from finalize_wrapper(installed(), remove()))


subs_decorator = make_decorator(subs_wrapper)
suspend_decorator = make_decorator(suspend_wrapper)
