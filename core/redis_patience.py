"""How long a request or an order waits for Redis, and how many connections a process has to it.
Neither must wait for one that is away."""

from __future__ import annotations

from functools import cache

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REDIS_TIMEOUT = 0.3
"""Seconds for connecting and for each answer."""

ONCE: Retry = Retry(NoBackoff(), 0)
"""No second try: the library's own three would take seconds."""


QUICK_CONNECTIONS = 6
"""Of a process, for all that is answered at once: each is held for one answer. Small plans of
managed servers have twenty in all (docs/deploy.md)."""


@cache
def quick_redis(address: str) -> Redis:
    """This process's client that gives up soon: the same for everybody who asks, or each would have
    a pool of its own. Connects when it is first used; closing it closes nothing."""
    pool = BlockingConnectionPool.from_url(
        address,
        max_connections=QUICK_CONNECTIONS,
        timeout=REDIS_TIMEOUT,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        retry=ONCE,
    )
    return Redis(connection_pool=pool)
