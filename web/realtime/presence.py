"""Who has a socket open, in which process: told to Redis every few seconds, read from there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from redis import Redis

from core import clock
from core.queue_names import WORKERS_KEY

BEAT_SECONDS = 5.0
_SILENT_MS = 30_000
_PROCESSES = "ebb:web"
_PEOPLE = "ebb:presence:"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Sockets by process and person; of this process alone while Redis is away. `workers` None:
    not known. `began_ms`: when the oldest running web process did."""

    here: Mapping[str, Mapping[uuid.UUID, int]] = field(default_factory=dict)
    began_ms: int = 0
    workers: int | None = None

    @property
    def people(self) -> set[uuid.UUID]:
        return {user_id for theirs in self.here.values() for user_id in theirs}


class Roll:
    """The call of the roll. Its methods block, and raise RedisError."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.process = uuid.uuid4().hex
        self.began_ms = clock.now_ms()

    def call(self, here: Mapping[uuid.UUID, int]) -> Crowd:
        """Say who is here, and hear who is elsewhere."""
        now, mine = clock.now_ms(), _PEOPLE + self.process
        with self._redis.pipeline(transaction=True) as told:
            told.delete(mine)
            if here:
                told.hset(mine, mapping={str(user_id): count for user_id, count in here.items()})
            told.pexpire(mine, _SILENT_MS)
            told.zadd(_PROCESSES, {f"{self.process}:{self.began_ms}": now})
            told.execute()
        return self.read()

    def read(self) -> Crowd:
        """Who is where, as far as the processes said so lately."""
        now = clock.now_ms()
        with self._redis.pipeline(transaction=False) as asked:
            asked.zremrangebyscore(_PROCESSES, "-inf", now - _SILENT_MS)
            asked.zrange(_PROCESSES, 0, -1)
            asked.zcount(WORKERS_KEY, now, "+inf")
            _, processes, workers = asked.execute()
            names = [one.decode().partition(":") for one in processes]
            for name, _, _ in names:
                asked.hgetall(_PEOPLE + name)
            counts = asked.execute() if names else []
        here = {
            name: {uuid.UUID(user.decode()): int(count) for user, count in theirs.items()}
            for (name, _, _), theirs in zip(names, counts, strict=True)
        }
        began = min((int(moment) for _, _, moment in names), default=self.began_ms)
        return Crowd(here, began, int(workers))

    def leave(self) -> None:
        """This process ends."""
        self._redis.delete(_PEOPLE + self.process)
        self._redis.zrem(_PROCESSES, f"{self.process}:{self.began_ms}")
