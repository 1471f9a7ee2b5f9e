"""The relay: rings for jobs that nobody works on, in every worker process, in its own thread.

It sleeps until the next ring is owed. Postgres wakes it when a job is accepted (LISTEN/NOTIFY), its
own process when a job is parked, and behind both stands a slow poll.
"""

from __future__ import annotations

import contextlib
import math
import threading
import uuid
from collections.abc import Callable

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.logs import get_logger
from core.queue_names import REDIS_NAMESPACE, WORKERS_KEY
from trading.outbox import CHANNEL, GRACE_SECONDS, all_owed_now, look
from worker.listening import Listener

log = get_logger(__name__)

_AFTER_FAILURE = 0.5
_SCHEDULE_SECONDS = 60.0
# A process counts as running until it has not said so for some looks.
_MISSED_BEATS = 3
_SLOW = 2.0


class Relay(Middleware):
    """Starts with the worker process and ends with it. Safe to run in several processes: they
    share the rings that are owed, row by row."""

    def __init__(
        self,
        engine: Engine,
        sessions: sessionmaker[Session],
        ring: Callable[[uuid.UUID], object],
        *,
        poll_seconds: float,
        again_seconds: float,
        also: Callable[[], object] = lambda: None,
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        """`also` is called once a minute: what is scheduled rather than rung for. `beat` is called
        at each look, whatever comes of it."""
        self._engine = engine
        self._sessions = sessions
        self._ring = ring
        self._poll = poll_seconds
        self._again = again_seconds
        self._also = also
        self._beat = beat
        self._marker: Redis | None = None
        self._process = uuid.uuid4().hex
        self._stop = threading.Event()
        self._wake = threading.Condition()
        self._next_look = 0.0
        self._threads: list[threading.Thread] = []

    def nudge(self, seconds: float) -> None:
        """Look again in so many seconds, if not sooner."""
        with self._wake:
            moment = clock.monotonic() + seconds
            if moment < self._next_look:
                self._next_look = moment
                self._wake.notify()

    # -- the process's life -------------------------------------------------------------------

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._marker = broker.client  # type: ignore[attr-defined] # ours is on Redis
        listener = Listener(
            self._engine,
            CHANNEL,
            # Whoever accepted rings itself: this is for the case that it died.
            lambda: self.nudge(GRACE_SECONDS + 0.01),
            retry_seconds=self._poll,
        )
        targets = (("relay", self._run), ("relay-listen", lambda: listener.run(self._stop)))
        for name, target in targets:
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()
        self.nudge(0)
        for thread in self._threads:
            thread.join(timeout=3)
        if self._marker is not None:
            with contextlib.suppress(RedisError, OSError):
                self._marker.zrem(WORKERS_KEY, self._process)

    # -- looking ------------------------------------------------------------------------------

    def _run(self) -> None:
        polled = scheduled = -math.inf
        while not self._stop.is_set():
            pause = _AFTER_FAILURE
            self._beat()
            try:
                if clock.monotonic() - polled >= self._poll:
                    polled = clock.monotonic()
                    self._ask_redis()
                if clock.monotonic() - scheduled >= _SCHEDULE_SECONDS:
                    scheduled = clock.monotonic()
                    self._also()
                pause = self.pass_once()
            except (SQLAlchemyError, RedisError, OSError) as error:
                # Postgres or Redis is away: again, for as long as it takes.
                log.warning("relay.failed", error=type(error).__name__)
            except Exception:
                log.exception("relay.failed")
            self._sleep(pause)

    def pass_once(self) -> float:
        """One look; the seconds until the next, at most one poll away."""
        found = look(self._sessions, self._ring, again_seconds=self._again)
        if found.rung:
            log.info("relay.rang", jobs=[str(job_id) for job_id in found.rung])
        return self._poll if found.next_in is None else min(found.next_in + 0.001, self._poll)

    def _ask_redis(self) -> None:
        """A Redis that lost its memory has lost our rings with it: they are owed anew. It is told,
        too, that this process runs."""
        if self._marker is None:
            return
        now = clock.now_ms()
        self._marker.zremrangebyscore(WORKERS_KEY, "-inf", now)
        until = now + int((_MISSED_BEATS * self._poll + _SLOW) * 1000)
        self._marker.zadd(WORKERS_KEY, {self._process: until})
        new = self._marker.set(f"{REDIS_NAMESPACE}:remembers", 1, nx=True)
        if new:
            with self._sessions.begin() as session:
                all_owed_now(session)

    def _sleep(self, seconds: float) -> None:
        with self._wake:
            self._next_look = clock.monotonic() + seconds
            while not self._stop.is_set():
                left = self._next_look - clock.monotonic()
                if left <= 0:
                    return
                self._wake.wait(left)
