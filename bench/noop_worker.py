"""The peer of a job: a Dramatiq actor that commits so many times and does nothing else."""

from __future__ import annotations

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy import text

from models.sessions import make_engine

NAMESPACE, QUEUE, ACTOR = "bench-noop", "noop", "commit"

engine = make_engine(os.environ["DATABASE_URL"])
broker = RedisBroker(url=os.environ["REDIS_URL"], namespace=NAMESPACE)  # type: ignore[no-untyped-call]
dramatiq.set_broker(broker)
_TOUCH = text("update bench_noop set n = n + 1, at = clock_timestamp() where id = :id")


@dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE)
def commit(row: int, times: int) -> None:
    """Change one row of its own, `times` times."""
    for _ in range(times):
        with engine.begin() as connection:
            connection.execute(_TOUCH, {"id": row})
