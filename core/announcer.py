"""Carries announcements to Redis, from a thread of its own: nobody waits for it, and what cannot be
told while Redis is away is not told."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

from redis import Redis
from redis.exceptions import RedisError

from core.logs import get_logger

log = get_logger(__name__)
_ROOM = 10_000


class Announcer:
    """One of a process. Its thread starts with the first announcement, so after any fork."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(_ROOM)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def carry(self, announcements: Sequence[tuple[str, str]]) -> None:
        """Publish these, (channel, message) each, in this order; at once, but not before this
        returns."""
        if self._thread is None:
            self._start()
        for one in announcements:
            try:
                self._waiting.put_nowait(one)
            except queue.Full:
                log.warning("announcer.full", channel=one[0])

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            channel, message = self._waiting.get()
            try:
                self._redis.publish(channel, message)
            except (RedisError, OSError) as error:
                log.warning("announcer.failed", channel=channel, error=type(error).__name__)
