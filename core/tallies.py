"""How often something was tried lately, whoever counts it: in Redis for all processes; while it is
away, by each."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

from redis import Redis
from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger

log = get_logger(__name__)
_PREFIX = "ebb:tally:"
_REMEMBERED = 4096


class Tallies:
    """Counts by name, each for some time from its first one on, whatever comes meanwhile. Safe to
    share between threads."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._here: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def count(self, name: str, seconds: int) -> tuple[int, int]:
        """The number of this one, from 1, and the seconds until the count begins anew. At least
        what this process has seen, so that a Redis that goes, or comes back empty, opens nothing
        here."""
        return max(self._count_here(name, seconds), self._count_everywhere(name, seconds))

    def forget(self, *names: str) -> None:
        """Begin anew now."""
        with self._lock:
            for name in names:
                self._here.pop(name, None)
        try:
            self._redis.delete(*(_PREFIX + name for name in names))
        except (RedisError, OSError) as error:
            log.warning("tallies.not_forgotten", error=type(error).__name__)

    def note(self, name: str, seconds: int) -> None:
        """Remember for this long that it happened."""
        try:
            self._redis.set(_PREFIX + name, 1, ex=seconds)
        except (RedisError, OSError) as error:
            log.warning("tallies.not_noted", error=type(error).__name__)

    def is_noted(self, name: str) -> bool:
        """Whether it happened, as far as Redis remembers."""
        try:
            return bool(self._redis.exists(_PREFIX + name))
        except (RedisError, OSError):
            return False

    def _count_here(self, name: str, seconds: int) -> tuple[int, int]:
        now = clock.monotonic()
        with self._lock:
            number, ends = self._here.pop(name, (0, now + seconds))
            if ends <= now:
                number, ends = 0, now + seconds
            self._here[name] = (number + 1, ends)
            while len(self._here) > _REMEMBERED:
                self._here.popitem(last=False)
        return number + 1, math.ceil(ends - now)

    def _count_everywhere(self, name: str, seconds: int) -> tuple[int, int]:
        key = _PREFIX + name
        try:
            with self._redis.pipeline(transaction=True) as all_three:
                all_three.set(key, 0, ex=seconds, nx=True)
                all_three.incr(key)
                all_three.ttl(key)
                _, number, left = all_three.execute()
                return int(number), max(1, int(left))
        except (RedisError, OSError) as error:
            log.warning("tallies.counted_here_only", error=type(error).__name__)
            return 0, 0
