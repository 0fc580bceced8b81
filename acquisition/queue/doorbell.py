"""Doorbells: tell browsers and the worker that a row has changed; the row is the truth.

Nothing here may raise into a service or keep it waiting: frames go to a thread with a short list of its own,
and what does not fit or cannot be sent is dropped. Who missed a frame reads the rows (by sequence
number, or by polling each second).
"""

import asyncio
import functools
import logging
import os
import queue
import threading
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from celery import Celery
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

WAITING_LIMIT = 500
SEND_TIMEOUT_S = 0.5
TASK = "acquisition.look_at_queue"


def group_of(topic: str) -> str:
    """Give the channel-layer group of a topic.

    Examples
    --------
    >>> group_of("queue:demo")
    'queue.demo'
    """
    return topic.replace(":", ".")


def ring(topic: str, payload: dict[str, Any]) -> None:
    """Send `payload` to everyone who listens to `topic`, or drop it; never raises, never waits."""
    message = {"type": "topic.message", "topic": topic, "payload": payload}
    layer = get_channel_layer()
    if layer is None:
        return
    if isinstance(layer, InMemoryChannelLayer):
        _send_in_process(layer, group_of(topic), message)
        return
    _outbox("frames").put(_Frame(group_of(topic), message))


def ring_on_commit(topic: str, payload: Callable[[], dict[str, Any]]) -> None:
    """Ring after the commit with what `payload` gives then."""
    transaction.on_commit(lambda: ring(topic, payload()), robust=True)


def call_worker(beamline: str) -> None:
    """Ask the beamline's worker to look at its rows now; it looks each second anyway."""
    _outbox("calls").put(_Call(beamline))


def call_worker_on_commit(beamline: str) -> None:
    """Call the worker after the commit."""
    transaction.on_commit(lambda: call_worker(beamline), robust=True)


class _Frame:
    def __init__(self, group: str, message: dict[str, Any]) -> None:
        self.group = group
        self.message = message

    async def send(self) -> None:
        layer = get_channel_layer()
        await asyncio.wait_for(layer.group_send(self.group, self.message), SEND_TIMEOUT_S)


class _Call:
    def __init__(self, beamline: str) -> None:
        self.beamline = beamline

    async def send(self) -> None:
        # Blocks, and may: this loop has nothing else to do.
        _celery().send_task(
            TASK,
            args=[self.beamline],
            queue=f"beamline.{self.beamline}",
            retry=False,
            ignore_result=True,
            expires=5.0,
        )


def _send_in_process(layer: InMemoryChannelLayer, group: str, message: dict[str, Any]) -> None:
    try:
        async_to_sync(layer.group_send)(group, message)
    except Exception:
        logger.exception("frame for %s was not delivered", group)


class _Outbox:
    """One daemon thread with an event loop that sends what is put, in order."""

    def __init__(self, name: str) -> None:
        self.pid = os.getpid()
        self._waiting: queue.Queue[_Frame | _Call] = queue.Queue(WAITING_LIMIT)
        self._failing = False
        threading.Thread(target=self._run, name=f"doorbell-{name}", daemon=True).start()

    def put(self, message: "_Frame | _Call") -> None:
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self._note_failure("the doorbell's list is full; frames are dropped")

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                message = self._waiting.get()
                try:
                    runner.run(message.send())
                except Exception as error:  # noqa: BLE001  a doorbell is allowed to fail in any way; it is noted once
                    self._note_failure(f"doorbell not sent: {type(error).__name__}: {error}")
                else:
                    self._failing = False

    def _note_failure(self, text: str) -> None:
        if not self._failing:
            logger.warning("%s (told once until it works again)", text)
        self._failing = True


_lock = threading.Lock()
_outboxes: dict[str, _Outbox] = {}


def _outbox(name: str) -> _Outbox:
    """Give the process's own outbox of that name; a broker that hangs on calls does not hold frames up."""
    with _lock:
        found = _outboxes.get(name)
        if found is None or found.pid != os.getpid():
            found = _outboxes[name] = _Outbox(name)
        return found


@functools.cache
def _celery() -> Celery:
    """Give a sender of tasks that knows the settings; the platform's own app is not imported."""
    app = Celery("beamport-doorbell", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    return app
