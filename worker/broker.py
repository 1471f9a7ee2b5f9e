"""The Dramatiq broker, with the middleware that a job queue of ours needs and no more: on Redis, or
on RabbitMQ where one is named."""

from __future__ import annotations

import threading

import dramatiq
from dramatiq import Broker
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, Retries, ShutdownNotifications
from redis import BlockingConnectionPool, Redis

from core.queue_names import REDIS_NAMESPACE
from core.redis_patience import ONCE
from core.settings import Settings
from worker.wake import BLOCK_SECONDS, PromptBroker

# Fetched messages of a process that died come back after this long. Jobs don't wait for it: the
# relay rings for them as soon as their lease ends.
_HEARTBEAT_TIMEOUT_MS = 60_000
_DEAD_LETTER_MS = 86_400_000
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = BLOCK_SECONDS + 2.0
QUEUE_CONNECTIONS = 6
"""Of a worker process beside the quick ones: a consumer waits in one, the delayed queue's asks by
another, and threads acknowledge by the rest."""


def make_broker(
    settings: Settings, *extra: Middleware, drained: threading.Event | None = None
) -> Broker:
    """The process's broker, set as Dramatiq's global one. While `drained` is set it takes no
    messages.

    No TimeLimit: a job's turn is bounded by its own waits, and an exception thrown between two
    bytecodes helps nobody who is talking to an exchange.
    """
    middleware = [
        AgeLimit(),
        ShutdownNotifications(),
        Callbacks(),
        Retries(max_retries=20, min_backoff=200, max_backoff=10_000),
        *extra,
    ]
    address = settings.amqp_address
    if address is None:
        broker: Broker = redis_broker(settings.redis_address, middleware, drained)
    else:
        # Only who has RabbitMQ needs its client.
        from worker.rabbit import FairBroker  # noqa: PLC0415

        broker = FairBroker(
            drained=drained or threading.Event(), url=address, middleware=middleware
        )
    dramatiq.set_broker(broker)
    return broker


def redis_broker(
    address: str, middleware: list[Middleware], drained: threading.Event | None = None
) -> PromptBroker:
    """Ours on Redis. Connects when it is first used."""
    # Given an address, the broker would drop every other setting, timeouts included.
    pool = BlockingConnectionPool.from_url(
        address,
        max_connections=QUEUE_CONNECTIONS,
        timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        socket_keepalive=True,
        retry=ONCE,
    )
    return PromptBroker(
        drained=drained or threading.Event(),
        client=Redis.from_pool(pool),
        namespace=REDIS_NAMESPACE,
        heartbeat_timeout=_HEARTBEAT_TIMEOUT_MS,
        dead_message_ttl=_DEAD_LETTER_MS,
        middleware=middleware,
    )
