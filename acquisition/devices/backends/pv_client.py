"""A PV Access client for this process: one channel a process variable, on the threads of p4p.

A channel watches time and alarm of its PV, which tells when the server comes and goes; the value itself is
sent only when somebody reads or subscribes. Signals that want fields of one structure share its channel.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any, Protocol

from acquisition.devices.backends.libraries import library

log = logging.getLogger(__name__)

LINK = "field(alarm,timeStamp)"
WHOLE = "field()"
PUT = "field()record[block=true]"


class Listener(Protocol):
    """A signal on a channel."""

    def came(self, structure: Any) -> None:
        """Know the structure of a PV that is there (again)."""

    def arrived(self, structure: Any) -> None:
        """Take a structure of the monitor."""

    def went(self) -> None:
        """Know that the server is away."""

    def refused(self, text: str) -> None:
        """Know why the server does not give the PV."""


class Request:
    """A get or a put that was begun; ``then`` is called once with its result.

    The result is a structure (or None) of success, an exception, or ``Lost`` when the server went away.
    """

    def __init__(self, then: Callable[[Any], None] | None = None) -> None:
        self.result: Any = None
        self.operation: Any = None
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._then = then

    def answered(self, result: Any) -> None:
        """Take the result, unless there is one."""
        with self._lock:
            if self._event.is_set():
                return
            self.result = result
            self._event.set()
        if self._then is not None:
            self._then(result)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the result; False if it does not come."""
        return self._event.wait(timeout_s)


class Lost:
    """The result of a request whose server went away."""


class Channel:
    """One process variable.

    Parameters
    ----------
    context
        The ``p4p.client.raw.Context``.
    name
        Of the PV.
    """

    def __init__(self, context: Any, name: str) -> None:
        self.context = context
        self.name = name
        self.is_there = False
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._watchers: list[Listener] = []
        self._requests: set[Request] = set()
        self._link: Any = None
        self._watches = LINK
        self._monitor: Any = None
        self._describing: Request | None = None

    def join(self, listener: Listener) -> None:
        """Tell a signal when the PV is there, and when it is away."""
        with self._lock:
            self._listeners.append(listener)
            is_first = self._link is None
        if is_first:
            self._open_link(LINK)
        elif self.is_there:
            self._describe()

    def leave(self, listener: Listener) -> None:
        """Tell a signal nothing any more; the last one closes the channel."""
        self.unwatch(listener)
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
            link = None
            if not self._listeners:
                link, self._link, self.is_there = self._link, None, False
        if link is not None:
            link.close()

    def watch(self, listener: Listener) -> None:
        """Give a signal each structure of the monitor."""
        with self._lock:
            if listener not in self._watchers:
                self._watchers.append(listener)
            if self._monitor is None:
                self._monitor = _Monitor(self.context, self.name, WHOLE, self._on_value)

    def unwatch(self, listener: Listener) -> None:
        """Stop giving; the last one ends the monitor."""
        with self._lock:
            if listener in self._watchers:
                self._watchers.remove(listener)
            if self._watchers:
                return
            monitor, self._monitor = self._monitor, None
        if monitor is not None:
            monitor.close()

    def search_now(self) -> None:
        """Search at once for what is not found yet."""
        self.context.hurryUp()

    def get(self, then: Callable[[Any], None] | None = None) -> Request:
        """Ask for the structure; do not wait."""
        request = self._begun(then)
        request.operation = self.context.get(self.name, request.answered, request=WHOLE)
        return self._guarded(request)

    def put(self, path: str, value: Any, then: Callable[[Any], None]) -> Request:
        """Write a field and ask for completion; do not wait."""

        def build(structure: Any) -> Any:
            structure[path] = value
            return structure

        request = self._begun(then)
        request.operation = self.context.put(
            self.name, request.answered, builder=build, request=PUT, get=False
        )
        return self._guarded(request)

    def _begun(self, then: Callable[[Any], None] | None) -> Request:
        def finish(result: Any) -> None:
            with self._lock:
                self._requests.discard(request)
            if then is not None:
                then(result)

        request = Request(finish)
        with self._lock:
            self._requests.add(request)
        return request

    def _guarded(self, request: Request) -> Request:
        if not self.is_there:  # it went before the request was known here
            request.answered(Lost)
        return request

    # ---- what p4p tells, on its threads

    def _open_link(self, what: str) -> None:
        self._watches = what
        self._link = _Monitor(self.context, self.name, what, self._on_link)

    def _on_link(self, event: Any) -> None:
        p4p = library("p4p.client.raw", "p4p", "PV Access")
        if isinstance(event, p4p.Disconnected):
            self._away()
        elif isinstance(event, p4p.RemoteError):
            self._refused(str(event))
        elif not isinstance(event, Exception) and not self.is_there:
            self.is_there = True
            self._describe()

    def _refused(self, text: str) -> None:
        if self._watches == LINK:
            self._open_link(WHOLE)  # a structure without time and alarm
            return
        for listener in tuple(self._listeners):
            listener.refused(text)

    def _describe(self) -> None:
        self._describing = self.get(self._on_description)

    def _on_description(self, result: Any) -> None:
        if result is Lost:
            return
        for listener in tuple(self._listeners):
            if isinstance(result, Exception):
                listener.refused(str(result))
            else:
                listener.came(result)

    def _away(self) -> None:
        self.is_there = False
        with self._lock:
            requests = tuple(self._requests)
        for request in requests:
            request.answered(Lost)
        for listener in tuple(self._listeners):
            listener.went()

    def _on_value(self, event: Any) -> None:
        if not isinstance(event, Exception):
            for listener in tuple(self._watchers):
                listener.arrived(event)


class _Monitor:
    """One subscription of p4p, whose events reach a function in order."""

    def __init__(self, context: Any, name: str, request: str, function: Callable[[Any], None]) -> None:
        self._function = function
        self._lock = threading.RLock()
        self._subscription: Any = None
        subscription = context.monitor(name, self._ready, request=request)
        self._subscription = subscription
        self._ready()

    def _ready(self) -> None:
        subscription = self._subscription
        if subscription is None:
            return  # told before the subscription is known here: asked for again at once
        with self._lock:
            while (event := subscription.pop()) is not None:
                self._function(event)

    def close(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            subscription.close()


class Client:
    """The channels of one set of addresses."""

    def __init__(self) -> None:
        raw = library("p4p.client.raw", "p4p", "PV Access")
        self.context = raw.Context("pva", useenv=True, nt=False)
        self._channels: dict[str, Channel] = {}
        self._lock = threading.Lock()

    def channel(self, name: str) -> Channel:
        """Return the channel of a PV; make it if there is none."""
        with self._lock:
            return self._channels.setdefault(name, Channel(self.context, name))

    def close(self) -> None:
        """Disconnect."""
        self.context.close()


_clients: dict[tuple[tuple[str, str], ...], Client] = {}
_clients_lock = threading.Lock()


def places() -> str:
    """Return where PVs are searched, for messages."""
    addresses = os.environ.get("EPICS_PVA_ADDR_LIST", "")
    servers = os.environ.get("EPICS_PVA_NAME_SERVERS", "")
    return ", ".join(part for part in (addresses, servers) if part) or "the local networks"


def shared_client() -> Client:
    """Return the client of this process for the addresses that the environment names now."""
    key = tuple(sorted(item for item in os.environ.items() if item[0].startswith("EPICS_PVA_")))
    with _clients_lock:
        if key not in _clients:
            _clients[key] = Client()
        return _clients[key]


def close_clients() -> None:
    """Close the shared clients of this process."""
    with _clients_lock:
        clients = list(_clients.values())
        _clients.clear()
    for client in clients:
        client.close()
