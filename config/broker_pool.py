"""One pool of connections to the broker for all caches of a process.

Django makes a cache object for each request that is served asynchronously, and each would make connections of
its own: a greeting, a look at the versions of packages, and a hang-up for one key.
"""

import functools
from typing import Any

from redis import ConnectionPool


class SharedPool:
    """Where Django's cache finds its pool: the same for everyone who asks for a URL with the same options."""

    @staticmethod
    @functools.cache
    def from_url(url: str, **options: Any) -> ConnectionPool:
        """Give the pool, made at the first question."""
        return ConnectionPool.from_url(url, **options)
