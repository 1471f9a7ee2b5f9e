"""How long a request or an order waits for Redis. Neither must wait for one that is away."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REDIS_TIMEOUT = 0.3
"""Seconds for connecting and for each answer."""

ONCE: Retry = Retry(NoBackoff(), 0)
"""No second try: the library's own three would take seconds."""


def quick_redis(address: str) -> Redis:
    """A client that gives up soon. Connects when it is first used."""
    return Redis.from_url(
        address, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT, retry=ONCE
    )
