"""Hears urgent orders that come past the database, by socket and by broker, and has them carried out at once.

Neither ear asks the database for anything. What came of an order is written by a thread of its own, when the
database takes it.
"""

import logging
import queue
import select
import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import redis
from django.conf import settings
from django.db import connection

from acquisition.queue import urgent
from acquisition.queue.leases import Grant, LeaseLostError
from acquisition.queue.models import ControlCommand
from acquisition.queue.urgent import Order
from acquisition.worker.driver import NotPossibleError
from acquisition.worker.patience import until_it_works

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.5
RETRY_S: Final = 1.0


class UrgentOrders:
    """Listens for the orders of one beamline.

    Parameters
    ----------
    obey
        Carries an order out and says what it did; raises NotPossibleError to refuse.
    is_first
        Tells whether a command of this uid is new, and takes note of it.
    """

    def __init__(
        self, grant: Grant, obey: Callable[[ControlCommand], object], is_first: Callable[[uuid.UUID], bool]
    ) -> None:
        self._grant = grant
        self._obey = obey
        self._is_first = is_first
        self._stopping = threading.Event()
        self._done: queue.SimpleQueue[tuple[Order, str, str] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._keep_on, args=(hear,), name=f"urgent-{name}", daemon=True)
            for name, hear in (("socket", self._hear_socket), ("broker", self._hear_broker))
        ]
        self._writer = threading.Thread(target=self._write, name="urgent-record", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        for thread in (*self._threads, self._writer):
            thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop listening."""
        self._stopping.set()
        self._done.put(None)
        for thread in (*self._threads, self._writer):
            if thread.is_alive():
                thread.join(timeout_s)

    def take(self, text: bytes | str) -> None:
        """Carry out what a text orders, once, if it is genuine."""
        order = urgent.opened(text.decode() if isinstance(text, bytes) else text, self._grant.beamline)
        if order is None or not self._is_first(uuid.UUID(order.uid)):
            return
        command = ControlCommand(
            uid=uuid.UUID(order.uid),
            beamline_id=self._grant.beamline_id,
            action=order.action,
            defer=order.defer,
            reason=order.reason,
            requested_by=order.username,
        )
        logger.warning("%s by %s, past the database", order.action, order.username)
        try:
            outcome, detail = "done", str(self._obey(command))
        except NotPossibleError as error:
            outcome, detail = "refused", str(error)
        except Exception as error:
            logger.exception("urgent order %s failed", order.uid)
            outcome, detail = "failed", f"{type(error).__name__}: {error}"
        self._done.put((order, outcome, detail))

    def _keep_on(self, hear: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                hear()
            except (redis.RedisError, OSError) as error:
                logger.debug("urgent orders cannot be heard: %s", error)
            except Exception:
                logger.exception("listening for urgent orders failed; it is tried again")
            self._stopping.wait(RETRY_S)

    def _hear_socket(self) -> None:
        with urgent.listening_socket(self._grant.beamline) as ear:
            while not self._stopping.is_set():
                if select.select([ear], [], [], LOOK_S)[0]:
                    self.take(ear.recv(urgent.MAX_BYTES))

    def _hear_broker(self) -> None:
        broker: Any = redis.Redis.from_url(
            settings.BROKER_URL, socket_timeout=5.0, socket_connect_timeout=1.0
        )
        with broker, broker.pubsub(ignore_subscribe_messages=True) as ear:
            ear.subscribe(urgent.channel_of(self._grant.beamline))
            while not self._stopping.is_set():
                heard = ear.get_message(timeout=LOOK_S)
                if heard is not None:
                    self.take(heard["data"])

    def _write(self) -> None:
        try:
            while (done := self._done.get()) is not None:
                order, outcome, detail = done
                write = partial(urgent.record, grant=self._grant, order=order, outcome=outcome, detail=detail)
                until_it_works(write, stopping=self._stopping, is_last_word=True)
        except LeaseLostError:
            logger.warning("the lease is another worker's; urgent orders are not recorded")
        finally:
            connection.close()
