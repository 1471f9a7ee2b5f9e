"""The relay: rings for jobs that nobody works on. It sleeps until the next ring is owed; Postgres
wakes it when a job is accepted, its own process when a job is parked.
"""

from __future__ import annotations

import contextlib
import math
import threading
import uuid
from collections.abc import Callable

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.logs import get_logger
from core.queue_names import REDIS_NAMESPACE, WORKERS_KEY
from trading.outbox import CHANNEL, GRACE_SECONDS, all_owed_now, look
from worker.looking import Looker

log = get_logger(__name__)

_SCHEDULE_SECONDS = 60.0
# A process counts as running until it has not said so for some looks.
_MISSED_BEATS = 3
_SLOW = 2.0


class Relay(Looker):
    """Safe to run in several processes: they share the rings that are owed, row by row."""

    def __init__(
        self,
        engine: Engine,
        sessions: sessionmaker[Session],
        ring: Callable[[uuid.UUID], object],
        *,
        poll_seconds: float,
        again_seconds: float,
        redis: Redis | None = None,
        also: Callable[[], object] = lambda: None,
        beat: Callable[[], object] = lambda: None,
        drained: threading.Event | None = None,
    ) -> None:
        """`redis` is told that this process runs and takes work (not while it is `drained`; it
        rings for the others all the same), and asked whether it has lost its memory. `also`
        is called once a minute: what is scheduled rather than rung for. `beat` is called at each
        look, whatever comes of it."""
        super().__init__(
            "relay",
            engine,
            CHANNEL,
            poll_seconds=poll_seconds,
            # Whoever accepted rings itself: this is for the case that it died.
            heard_after=GRACE_SECONDS + 0.01,
        )
        self._sessions = sessions
        self._ring = ring
        self._again = again_seconds
        self._also = also
        self._beat = beat
        self._redis = redis
        self._drained = drained or threading.Event()
        self._process = uuid.uuid4().hex
        self._polled = self._scheduled = -math.inf

    def leave(self) -> None:
        if self._redis is not None:
            with contextlib.suppress(RedisError, OSError):
                self._redis.zrem(WORKERS_KEY, self._process)

    def turn(self) -> float:
        """A look, and what stands beside it at its own pace."""
        self._beat()
        if clock.monotonic() - self._polled >= self._poll:
            self._polled = clock.monotonic()
            # Where the queue is elsewhere, rings go on without it.
            with contextlib.suppress(RedisError, OSError):
                self._ask_redis()
        if clock.monotonic() - self._scheduled >= _SCHEDULE_SECONDS:
            self._scheduled = clock.monotonic()
            self._also()
        return self.pass_once()

    def pass_once(self) -> float:
        """One look; the seconds until the next, at most one poll away."""
        found = look(self._sessions, self._ring, again_seconds=self._again)
        if found.rung:
            log.info("relay.rang", jobs=[str(job_id) for job_id in found.rung])
        return self._poll if found.next_in is None else min(found.next_in + 0.001, self._poll)

    def _ask_redis(self) -> None:
        """A Redis that lost its memory has lost our rings with it: they are owed anew. It is told,
        too, that this process takes work."""
        if self._redis is None:
            return
        now = clock.now_ms()
        self._redis.zremrangebyscore(WORKERS_KEY, "-inf", now)
        if self._drained.is_set():
            self._redis.zrem(WORKERS_KEY, self._process)
        else:
            until = now + int((_MISSED_BEATS * self._poll + _SLOW) * 1000)
            self._redis.zadd(WORKERS_KEY, {self._process: until})
        new = self._redis.set(f"{REDIS_NAMESPACE}:remembers", 1, nx=True)
        if new:
            with self._sessions.begin() as session:
                all_owed_now(session)
