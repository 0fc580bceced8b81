"""Tell the sockets what has been stored, from a thread of its own so that a dead broker delays nobody.

`ring_stored` is the receiver of `catalog.signals.documents_stored`; it only puts the batch into a bounded
outbox. The publisher thread sends `run:<uid>` frames and `live:<beamline>` doorbells over the channel layer.
A message that does not arrive is no loss: the sockets find the documents in the store within about a second.
"""

import asyncio
import atexit
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from channels.layers import get_channel_layer

from realtime.buffers import Outbox, Stored
from realtime.frames import Frame, Record, frames_of
from realtime.topics import group_of

logger = logging.getLogger(__name__)

SEND_TIMEOUT_S = 2.0
RETRY_S = 1.0


def ring_stored(
    sender: Any,
    *,
    run_uid: str,
    beamline: str,
    first_ordinal: int,
    last_ordinal: int,
    records: Sequence[Record],
    closed: bool = False,
    **extra: Any,
) -> None:
    """Take note of documents that have been committed; returns at once, whatever the state of the broker."""
    publisher().put(
        Stored(
            run=str(run_uid),
            beamline=beamline,
            first=first_ordinal,
            last=last_ordinal,
            records=tuple(records),
            is_open=not closed,
            is_news=first_ordinal == 0 or closed,
        )
    )


def messages_of(batch: Stored) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the group and the channel layer message of each frame or doorbell of a batch."""
    topic = f"run:{batch.run}"
    frames = _frames(batch)
    for frame in frames:
        yield group_of(topic), _message(topic, as_payload(frame))
    if not frames:
        yield group_of(topic), _message(topic, {"run": batch.run, "last": batch.last})
    if batch.is_news:
        live = f"live:{batch.beamline}"
        yield group_of(live), _message(live, {"run": batch.run, "is_open": batch.is_open})


def as_payload(frame: Frame) -> dict[str, Any]:
    """Give a frame as it travels over the channel layer."""
    return {
        "run": frame.run,
        "first": frame.first,
        "last": frame.last,
        "documents": frame.documents,
        "events": frame.events,
    }


def _frames(batch: Stored) -> list[Frame]:
    if batch.records is None:
        return []
    try:
        return frames_of(batch.run, batch.records, first=batch.first, last=batch.last)
    except (TypeError, ValueError, KeyError):
        logger.exception("run %s: documents %d to %d make no frame", batch.run, batch.first, batch.last)
        return []


def _message(topic: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"type": "topic.message", "topic": topic, "payload": payload}


class Publisher:
    """The thread that sends what the outbox holds; started by the first batch.

    Attributes
    ----------
    outbox
        What waits; its counter `dropped` grows when documents went as doorbells.
    """

    def __init__(self, outbox: Outbox | None = None) -> None:
        self.outbox = Outbox() if outbox is None else outbox
        self._changed = threading.Condition()
        self._is_stopping = False
        self._is_sending = False
        self._is_failing = False
        self._thread: threading.Thread | None = None

    def put(self, batch: Stored) -> None:
        """Leave a batch for the thread."""
        with self._changed:
            self.outbox.put(batch)
            if self._thread is None and not self._is_stopping:
                self._thread = threading.Thread(target=self._run, name="realtime-publisher", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait_until_sent(self, timeout_s: float) -> bool:
        """Wait until nothing is left to send; tell whether that was reached."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.outbox and not self._is_sending, timeout_s)

    def stop(self, timeout_s: float = 2 * SEND_TIMEOUT_S) -> None:
        """End the thread; what waits is dropped."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while (batches := self._take()) is not None:
                for batch in batches:
                    self._publish(runner, batch)
                with self._changed:
                    self._is_sending = False
                    self._changed.notify_all()
            runner.run(_close_layer())

    def _take(self) -> list[Stored] | None:
        """Wait for batches that are due; None when the thread has to end."""
        with self._changed:
            while not self._is_stopping:
                batches = self.outbox.due(time.monotonic())
                if batches:
                    self._is_sending = True
                    return batches
                due = self.outbox.next_due()
                self._changed.wait(None if due is None else max(0.0, due - time.monotonic()))
        return None

    def _publish(self, runner: asyncio.Runner, batch: Stored) -> None:
        try:
            runner.run(asyncio.wait_for(_send(batch), SEND_TIMEOUT_S))
        except Exception:  # the live view is best effort; any broker error means: try the next one
            if not self._is_failing:
                logger.warning("live view: the broker takes nothing; viewers read the store", exc_info=True)
            self._is_failing = True
            with self._changed:
                self._changed.wait_for(lambda: self._is_stopping, RETRY_S)
        else:
            if self._is_failing:
                logger.warning("live view: the broker takes messages again")
            self._is_failing = False


async def _send(batch: Stored) -> None:
    layer = get_channel_layer()
    for group, message in messages_of(batch):
        await layer.group_send(group, message)


async def _close_layer() -> None:
    layer = get_channel_layer()
    if hasattr(layer, "flush"):
        await asyncio.wait_for(layer.flush(), SEND_TIMEOUT_S)


_publisher: Publisher | None = None
_publisher_pid = 0
_guard = threading.Lock()


def publisher() -> Publisher:
    """Give the publisher of this process, also after a fork."""
    global _publisher, _publisher_pid
    with _guard:
        if _publisher is None or _publisher_pid != os.getpid():
            _publisher, _publisher_pid = Publisher(), os.getpid()
            atexit.register(_publisher.stop)
        return _publisher
