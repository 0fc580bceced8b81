"""The one client through which a process asks the broker for keys and small facts, never for long."""

from functools import cache
from typing import Any, Final

import redis
from django.conf import settings

WITHIN_S: Final = 0.2
"""Whoever asks goes on without an answer after this."""


@cache
def broker() -> Any:
    """Give the client; texts come as `str`. It raises `redis.RedisError` when the broker is away."""
    return redis.Redis.from_url(
        settings.BROKER_URL,
        socket_timeout=WITHIN_S,
        socket_connect_timeout=WITHIN_S,
        decode_responses=True,
    )
