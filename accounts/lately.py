"""Who was seen lately with the right to stop a beamline: for minutes in which the database does not answer.

While the database answers it decides, always. What is noted here is asked only when it does not: it names the
person behind a session or a key who had `engine:stop` at a beamline when the rows were last read, and ends by
itself. It is kept in this process and, signed, with the broker, so either may be away.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Final

import redis
from django.core import signing
from django.utils.crypto import salted_hmac

from accounts.access import Scope, scopes
from accounts.actor import Actor
from accounts.broker import broker
from accounts.own_counts import keep

logger = logging.getLogger(__name__)

KEPT_S: Final = 900
AGAIN_S: Final = 30.0
KEPT: Final = 2_000
SALT: Final = "beamport.lately"


@dataclass(frozen=True, slots=True)
class Known:
    """Who was behind a credential: what the audit log wants to know of them."""

    kind: str
    user_id: int
    username: str
    address: str = ""
    key_prefix: str | None = None


_lock = Lock()
_known: OrderedDict[str, tuple[float, Known]] = OrderedDict()
_asked: OrderedDict[str, float] = OrderedDict()


def note(credential: str, actor: Actor, beamline: str) -> None:
    """Note that whoever has this session key or API key may stop `beamline`, or forget it when they may not.

    Reads the rows at most each 30 s for one credential and beamline.
    """
    if actor.impersonated_by:
        return
    name = _name(credential, beamline)
    with _lock:
        if time.monotonic() - _asked.get(name, -AGAIN_S) < AGAIN_S:
            return
        keep(_asked, name, time.monotonic(), KEPT)
    if actor.user_id is not None and Scope.ENGINE_STOP in scopes(actor, beamline=beamline):
        known = Known(actor.kind, actor.user_id, actor.username, "", actor.key_prefix)
        with _lock:
            keep(_known, name, (time.monotonic(), known), KEPT)
        _tell_broker(name, known)
    else:
        forget(credential, beamline)


def forget(credential: str, beamline: str) -> None:
    """Let the credential stop nothing without the database."""
    name = _name(credential, beamline)
    with _lock:
        _known.pop(name, None)
    _tell_broker(name, None)


def recall(credential: str, beamline: str) -> Known | None:
    """Give who was seen lately with this credential and might stop `beamline`; never asks the database."""
    name = _name(credential, beamline)
    with _lock:
        seen, known = _known.get(name, (0.0, None))
    if known is not None and time.monotonic() - seen <= KEPT_S:
        return known
    return _ask_broker(name)


def _name(credential: str, beamline: str) -> str:
    return salted_hmac(SALT, f"{beamline}\n{credential}", algorithm="sha256").hexdigest()


def _tell_broker(name: str, known: Known | None) -> None:
    try:
        if known is None:
            broker().delete(f"{SALT}:{name}")
        else:
            text = signing.dumps({"name": name, **asdict(known)}, salt=SALT)
            broker().set(f"{SALT}:{name}", text, ex=KEPT_S)
    except redis.RedisError as error:
        logger.debug("the broker does not keep who was seen: %s", error)


def _ask_broker(name: str) -> Known | None:
    try:
        text = broker().get(f"{SALT}:{name}")
        facts = signing.loads(str(text), salt=SALT, max_age=KEPT_S) if text else {}
    except (redis.RedisError, signing.BadSignature) as error:
        logger.warning("who was seen lately cannot be asked: %s", error)
        return None
    return Known(**facts) if facts.pop("name", None) == name else None
