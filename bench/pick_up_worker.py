"""A worker with one actor that says how long its message was under way: `BENCH_BROKER` prompt
(ours) or stock (Dramatiq's own RedisBroker, as it comes)."""

from __future__ import annotations

import os
import time

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from redis import Redis

from core.settings import load_settings
from worker.broker import redis_broker

KIND = os.environ["BENCH_BROKER"]
ADDRESS = os.environ["REDIS_URL"]
client = Redis.from_url(ADDRESS)

if KIND == "prompt":
    broker: RedisBroker = redis_broker(load_settings().redis_address, [])
else:
    broker = RedisBroker(url=ADDRESS, namespace="bench-stock")  # type: ignore[no-untyped-call]
dramatiq.set_broker(broker)


@dramatiq.actor(actor_name="started", queue_name="bench")
def started(sent_at: float) -> None:
    """Note the seconds from the enqueueing to here."""
    client.rpush(f"bench:pick-up:{KIND}", time.time() - sent_at)
