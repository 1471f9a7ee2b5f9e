"""The messages in Redis as Dramatiq keeps them (its dispatch.lua tells how). They ring for what
stands in Postgres, so one that is lost costs a wait and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis import Redis

from core.queue_names import JOBS_QUEUE, REDIS_NAMESPACE
from trading.operations.dead_letters import MOST, Dead, DeadLetter
from trading.operations.figures import Queue

_QUEUE = f"{REDIS_NAMESPACE}:{JOBS_QUEUE}"
_DEAD = f"{_QUEUE}.XQ"


def depth(client: Redis) -> Queue:
    """Raises RedisError."""
    with client.pipeline(transaction=False) as asked:
        asked.zrange(f"{REDIS_NAMESPACE}:__heartbeats__", 0, -1)
        (workers,) = asked.execute()
    with client.pipeline(transaction=False) as asked:
        asked.llen(_QUEUE)
        asked.hlen(f"{_QUEUE}.DQ.msgs")
        asked.zcard(_DEAD)
        for worker in workers:
            asked.scard(f"{REDIS_NAMESPACE}:__acks__.{worker.decode()}.{JOBS_QUEUE}")
        ready, delayed, dead, *fetched = asked.execute()
    return Queue("redis", ready=ready, running=sum(fetched), delayed=delayed, dead=dead)


def dead_messages(client: Redis) -> tuple[list[DeadLetter], int]:
    """The newest first, `MOST` of them, and how many there are in all. Raises RedisError."""
    with client.pipeline(transaction=False) as asked:
        asked.zrevrange(_DEAD, 0, MOST - 1, withscores=True)
        asked.zcard(_DEAD)
        listed, total = asked.execute()
        for name, _ in listed:
            asked.hget(f"{_DEAD}.msgs", name)
        bodies = asked.execute() if listed else []
    letters = [
        _letter(name.decode(), moment, body)
        for (name, moment), body in zip(listed, bodies, strict=True)
        if body is not None
    ]
    return letters, total


def _letter(name: str, moment: float, body: bytes) -> DeadLetter:
    message: Message[None] = Message.decode(body)
    options = message.options
    # The traceback's last line; of it the error's name alone, since its words may tell anything.
    last = str(options.get("traceback", "")).strip().rpartition("\n")[2]
    return DeadLetter(
        Dead.MESSAGE,
        name,
        datetime.fromtimestamp(moment / 1000, UTC),
        message.actor_name,
        last.partition(":")[0].strip() or "expired",
        int(options.get("retries", 0)),
    )


def is_dead(broker: RedisBroker, name: str) -> bool:
    """Whether it is there to be settled. Raises RedisError."""
    return broker.client.zscore(_DEAD, name) is not None


def replay_message(broker: RedisBroker, name: str) -> bool:
    """Put it into its queue again, and only then away from the dead: whoever dies in between has it
    rung twice, which is harmless. False if somebody else was faster. Raises RedisError."""
    body: Any = broker.client.hget(f"{_DEAD}.msgs", name)
    if body is None:
        return False
    message: Message[None] = Message.decode(body)
    fresh: Message[None] = Message(
        queue_name=message.queue_name,
        actor_name=message.actor_name,
        args=message.args,
        kwargs=message.kwargs,
        options={},
    )
    broker.enqueue(fresh)
    return discard_message(broker, name)


def discard_message(broker: RedisBroker, name: str) -> bool:
    """False if somebody else was faster. Raises RedisError."""
    with broker.client.pipeline(transaction=True) as taken:
        taken.zrem(_DEAD, name)
        taken.hdel(f"{_DEAD}.msgs", name)
        was_there, _ = taken.execute()
    return bool(was_there)
