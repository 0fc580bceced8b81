"""Hands documents to subscribers, in order of subscription, on the emitting thread, one at a time."""

from __future__ import annotations

import itertools
import logging
import threading
import types
import warnings
import weakref
from collections.abc import Callable, Iterable
from typing import Any

#: Names of documents in the event model.
DOCUMENT_NAMES = (
    "stop",
    "start",
    "descriptor",
    "event",
    "datum",
    "resource",
    "event_page",
    "datum_page",
    "stream_resource",
    "stream_datum",
    "bulk_datum",
    "bulk_events",
)

#: Keys of the mapping form of subscriptions given with a call.
_CALL_KEYS = ("all", *DOCUMENT_NAMES)

Callback = Callable[[str, Any], Any]

log = logging.getLogger(__name__)


def plain_name(name: Any) -> str:
    """Give a document's name as a string, from a string or an enum member."""
    return str(getattr(name, "name", name))


class CallbackRegistry:
    """Callbacks by document name. Bound methods are held weakly, everything else strongly; the same callable
    connected twice is called once.
    """

    def __init__(self) -> None:
        self.callbacks: dict[str, dict[int, Callable[[], Callback | None]]] = {}
        self._ids: dict[tuple[str, Any], int] = {}
        self._next_id = itertools.count()
        self._lock = threading.RLock()

    def connect(self, name: str, func: Callback) -> int:
        """Have `func` called for documents of this name; gives an id for `disconnect`."""
        with self._lock:
            key = (name, _identity(func))
            known = self._ids.get(key)
            if known is not None:
                return known
            cid = next(self._next_id)
            reference = self._reference(func, name, cid)
            # a new dictionary, so that a walk in `process` is never disturbed
            self.callbacks[name] = {**self.callbacks.get(name, {}), cid: reference}
            self._ids[key] = cid
            return cid

    def _reference(self, func: Callback, name: str, cid: int) -> Callable[[], Callback | None]:
        if isinstance(func, types.MethodType) and not isinstance(func.__self__, type):
            try:
                return weakref.WeakMethod(func, lambda _: self.disconnect(name, cid))
            except TypeError:  # an object that cannot be referred to weakly
                pass
        return lambda: func

    def disconnect(self, name: str, cid: int) -> None:
        """Undo `connect`; an unknown id is no error."""
        with self._lock:
            kept = {known: ref for known, ref in self.callbacks.get(name, {}).items() if known != cid}
            if kept:
                self.callbacks[name] = kept
            else:
                self.callbacks.pop(name, None)
            self._ids = {
                key: known for key, known in self._ids.items() if not (key[0] == name and known == cid)
            }


def _identity(func: Callback) -> Any:
    if isinstance(func, types.MethodType):
        return (id(func.__self__), func.__func__)
    return id(func)


class Dispatcher:
    """Subscriptions by token.

    Attributes
    ----------
    ignore_exceptions : bool
        Warn about an exception of a subscriber instead of raising it.
    lock : threading.RLock
        Held while subscribers are called, and while a document that a thread might overtake is composed.
        There is only this one, so no two threads can wait for each other.
    """

    def __init__(self) -> None:
        self.cb_registry = CallbackRegistry()
        self.ignore_exceptions = False
        self._counter = itertools.count()
        self._token_mapping: dict[int, list[tuple[str, int]]] = {}
        # monitors emit from devices' threads: subscribers still see one document at a time
        self.lock = threading.RLock()

    def process(self, name: Any, doc: Any) -> None:
        """Call every subscriber of this document, in order of subscription, also if one of them raises.

        Raises
        ------
        Exception
            What the first of them raised, unless `ignore_exceptions`. Further ones are logged.
        """
        name = plain_name(name)
        subscribers = self.cb_registry.callbacks.get(name)
        if not subscribers:
            return
        first_error: Exception | None = None
        with self.lock:
            for reference in subscribers.values():
                func = reference()
                if func is None:
                    continue
                try:
                    func(name, doc)
                except Exception as error:
                    if self.ignore_exceptions:
                        _warn_of(error, func, name)
                    elif first_error is None:
                        first_error = error
                    else:
                        log.error("%r failed at a document %r, too.", func, name, exc_info=error)
        if first_error is not None:
            raise first_error

    def subscribe(self, func: Any, name: Any = "all") -> int:
        """Call ``func(name, doc)`` for documents of a name, or ``'all'``; gives a token."""
        if isinstance(func, str) and callable(name):
            warnings.warn(
                "subscribe(name, func) is the old order of arguments; use subscribe(func, name).",
                stacklevel=3,
            )
            func, name = name, func
        if not callable(func):
            raise TypeError(f"A subscriber must be callable with (name, document); got {func!r}.")
        name = plain_name(name)
        if name != "all" and name not in DOCUMENT_NAMES:
            raise KeyError(
                f"There is no document {name!r}; there are {', '.join(DOCUMENT_NAMES)}, and 'all'."
            )
        names = DOCUMENT_NAMES if name == "all" else (name,)
        token = next(self._counter)
        self._token_mapping[token] = [(each, self.cb_registry.connect(each, func)) for each in names]
        return token

    def unsubscribe(self, token: int) -> None:
        """Undo `subscribe`; an unknown token is no error."""
        for name, cid in self._token_mapping.pop(token, []):
            self.cb_registry.disconnect(name, cid)

    def unsubscribe_all(self) -> None:
        """Forget every subscriber."""
        for token in list(self._token_mapping):
            self.unsubscribe(token)


def _warn_of(error: Exception, func: Any, name: str) -> None:
    warnings.warn(
        f"{error!r} was raised by the subscriber {func!r} for a document {name!r} and is ignored, "
        "as RunEngine.ignore_callback_exceptions asks.",
        stacklevel=3,
    )


def normalise_subscriptions(subs: Any) -> list[tuple[str, Callback]]:
    """Give ``(name, function)`` pairs for what may be given with a call: a function, a list, or a mapping.

    Raises
    ------
    KeyError
        A key that is no document name.
    ValueError
        Something that is not callable.
    """
    if subs is None:
        return []
    if callable(subs):
        return [("all", subs)]
    pairs: list[tuple[str, Any]] = []
    if hasattr(subs, "items"):
        for name, funcs in subs.items():
            if name not in _CALL_KEYS:
                raise KeyError(
                    f"There is no document {name!r} to subscribe to; use one of {', '.join(_CALL_KEYS)}."
                )
            pairs.extend((name, func) for func in ([funcs] if callable(funcs) else funcs))
    elif isinstance(subs, Iterable) and not isinstance(subs, str):
        pairs.extend(("all", func) for func in subs)
    else:
        raise ValueError(f"Subscriptions are a function, a list or a mapping; got {subs!r}.")
    for name, func in pairs:
        if not callable(func):
            raise ValueError(f"The subscription to {name!r} is not callable: {func!r}.")
    return pairs
