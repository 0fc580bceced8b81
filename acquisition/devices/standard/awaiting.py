"""A status that ends when a signal has a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acquisition.devices.backends.base import Sample
from acquisition.devices.errors import DisconnectedError
from acquisition.devices.signal import Signal
from acquisition.devices.status import Status


def when(signal: Signal, holds: Callable[[Any], bool], what: str, *, timeout_s: float) -> Status:
    """Return a status that ends once ``holds(value)`` of a value that is read or told from now on.

    It fails when the signal is lost, and after ``timeout_s`` seconds.
    """
    status = Status(what, timeout_s=timeout_s)
    backend = signal.backend
    known = backend.last

    def lost() -> DisconnectedError:
        return DisconnectedError(f"{what}: {signal.dotted_name} ({signal.source}) was lost")

    def told(sample: Sample) -> None:
        if sample is known or status.done:
            return  # the value of before
        if sample.is_stale:
            status.set_exception(lost())
        elif holds(sample.value):
            status.set_finished()

    def looked(sample: Sample | None) -> None:
        if sample is None:
            status.set_exception(lost())
        elif holds(sample.value):
            status.set_finished()

    status.add_callback(lambda _: backend.unsubscribe(told))
    backend.subscribe(told)
    backend.read_later(looked)
    return status


def after(first: Status, then: Callable[[], Status], what: str, *, timeout_s: float | None = None) -> Status:
    """Return a status that ends with the one that ``then()`` gives once ``first`` has ended well."""
    whole = Status(what, timeout_s=timeout_s)

    def pass_on(status: Status) -> None:
        exception = status.exception(0)
        if exception is None:
            whole.set_finished()
        else:
            whole.set_exception(exception)

    def go_on(status: Status) -> None:
        exception = status.exception(0)
        if exception is not None:
            whole.set_exception(exception)
        elif not whole.done:
            try:
                then().add_callback(pass_on)
            except Exception as error:  # noqa: BLE001  whatever stops the second step is the outcome of both
                whole.set_exception(error)

    first.add_callback(go_on)
    return whole
