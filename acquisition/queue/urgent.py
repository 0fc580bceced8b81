"""The road past the database: pause, stop and abort from the web process straight to the worker.

The order is a short signed text (HMAC by SECRET_KEY) that names who asks, and is worthless after a minute.
It goes over a local socket where web and worker share a data folder, and over the broker's pub/sub where they
do not; either is enough. The worker carries each order out once, by its uid, whichever roads it came by, and
writes row and audit entry when the database is back.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import redis
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models.functions import Now

from accounts import audit
from accounts.actor import Actor
from accounts.broker import broker
from acquisition.queue.change import announce_status
from acquisition.queue.leases import Grant, guarded
from acquisition.queue.models import ControlCommand
from acquisition.queue.services.engine_actions import EMERGENCY
from catalog.ingest import printable

logger = logging.getLogger(__name__)

SALT: Final = "beamport.urgent"
VALID_S: Final = 60
MAX_BYTES: Final = 16_384


class UndeliveredError(RuntimeError):
    """No worker took the order, by any road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done at once, and who wants it."""

    uid: str
    beamline: str
    action: str
    username: str
    user_id: int
    kind: str = "person"
    key_prefix: str | None = None
    address: str = ""
    reason: str = ""
    defer: bool = False


def channel_of(beamline: str) -> str:
    """Give the broker's channel of a beamline.

    Examples
    --------
    >>> channel_of("demo")
    'beamport.urgent.demo'
    """
    return f"{SALT}.{beamline}"


def sealed(order: Order) -> str:
    """Give the order as signed text."""
    return signing.dumps(asdict(order), salt=SALT)


def opened(text: str, beamline: str) -> Order | None:
    """Give the order of a text; None for one that is forged, stale, for elsewhere, or no emergency."""
    try:
        order = Order(**signing.loads(text, salt=SALT, max_age=VALID_S))
        uuid.UUID(order.uid)
    except (signing.BadSignature, TypeError, ValueError) as error:
        logger.warning("an urgent order is not obeyed: %s", error)
        return None
    return order if order.beamline == beamline and order.action in EMERGENCY else None


def send(order: Order) -> None:
    """Send by every road; UndeliveredError when none has a worker at its end."""
    text = sealed(order).encode()
    if not any([_by_socket(order.beamline, text), _by_broker(order.beamline, text)]):
        raise UndeliveredError(f"no worker of {order.beamline} could be reached past the database")


def record(*, grant: Grant, order: Order, outcome: str, detail: str) -> None:
    """Write the order's row and what came of it; audits ``engine.<action>`` when the row is new."""
    with guarded(grant), transaction.atomic():
        command, is_new = ControlCommand.objects.get_or_create(
            uid=order.uid,
            defaults={
                "beamline_id": grant.beamline_id,
                "action": order.action,
                "defer": order.defer,
                "reason": printable(order.reason),
                "requested_by": order.username,
            },
        )
        ControlCommand.objects.filter(pk=command.pk).update(
            taken_at=Now(), done_at=Now(), outcome=outcome, detail=printable(detail)[:4000]
        )
        if is_new:
            audit.record(
                actor=_actor(order),
                action=f"engine.{order.action}",
                object_kind="engine",
                object_id=grant.beamline,
                beamline=grant.beamline,
                after={"command": order.uid, "defer": order.defer, "road": "past the database"},
                reason=printable(order.reason),
            )
        announce_status(grant.beamline_id, grant.beamline)


@contextmanager
def listening_socket(beamline: str) -> Iterator[socket.socket]:
    """Give the local socket at which a worker hears orders; only this account may write to it."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, _short(folder) as place:
        path = f"{place}/{beamline}"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        ear.bind(path)
        yield ear


def _actor(order: Order) -> Actor:
    kind: Any = order.kind
    return Actor(
        kind=kind,
        user_id=order.user_id,
        username=order.username,
        address=order.address,
        key_prefix=order.key_prefix,
    )


def _by_socket(beamline: str, text: bytes) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth, _short(_folder()) as place:
            mouth.setblocking(False)
            mouth.sendto(text, f"{place}/{beamline}")
    except OSError as error:
        logger.info("no worker of %s listens on this machine: %s", beamline, error)
        return False
    return True


def _by_broker(beamline: str, text: bytes) -> bool:
    try:
        return bool(broker().publish(channel_of(beamline), text))
    except redis.RedisError as error:
        logger.warning("the broker does not pass an urgent order on: %s", error)
        return False


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "urgent"


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """Give a name of the folder that fits the 107 bytes of a socket's address."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}"
    finally:
        os.close(fd)
