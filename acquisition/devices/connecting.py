"""Connect many devices at once, and tell all failures at once."""

from __future__ import annotations

import time
from collections.abc import Iterable

from acquisition.devices.backends.base import DEFAULT_TIMEOUT_S
from acquisition.devices.component import Component
from acquisition.devices.errors import NotConnectedError

FailureTree = dict[str, "Exception | str | FailureTree"]


def connect_all(components: Iterable[Component], *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
    """Connect every signal of every component in parallel.

    All of them together have ``timeout_s`` seconds.

    Raises
    ------
    NotConnectedError
        With every failure, as an indented tree.
    """
    wanted = list(components)
    found = [pair for component in wanted for pair in component.backends()]
    deadline = time.monotonic() + timeout_s
    for _, backend in found:
        backend.begin_connect()
    failures: FailureTree = {}
    for dotted, backend in found:
        try:
            backend.finish_connect(max(0.0, deadline - time.monotonic()))
        except NotConnectedError as error:
            _hang(failures, dotted.split("."), error)
    if failures:
        raise _as_error(failures)
    for component in wanted:
        component.tell_connected()


def _hang(tree: FailureTree, path: list[str], error: NotConnectedError) -> None:
    for name in path[:-1]:
        branch = tree.setdefault(name, {})
        if not isinstance(branch, dict):
            return
        tree = branch
    tree[path[-1]] = error


def _as_error(tree: FailureTree) -> NotConnectedError:
    return NotConnectedError(
        {name: _as_error(branch) if isinstance(branch, dict) else branch for name, branch in tree.items()}
    )
