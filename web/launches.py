"""How often one launch of the Mini App may sign in: whoever got hold of its initData, from a log
or a history, must not go on with it. Counted in Redis; while it is away, by each process."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger
from core.problems import Problem
from core.redis_patience import ONCE, REDIS_TIMEOUT
from core.settings import Settings
from telegram.init_data import Launch

log = get_logger(__name__)
_PREFIX = "ebb:launch:"
_REMEMBERED = 4096


class Launches:
    """Counts sign-ins by launch. A count lives as long as its initData is good."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._here: OrderedDict[str, int] = OrderedDict()

    def count(self, launch: Launch) -> int:
        """The number of this sign-in of the launch, from 1. At least what this process has seen,
        so that a Redis that goes, or comes back empty, opens nothing here."""
        return max(self._count_here(launch), self._count_everywhere(launch))

    def _count_here(self, launch: Launch) -> int:
        with self._lock:
            number = self._here.pop(launch.fingerprint, 0) + 1
            self._here[launch.fingerprint] = number
            while len(self._here) > _REMEMBERED:
                self._here.popitem(last=False)
            return number

    def _count_everywhere(self, launch: Launch) -> int:
        key = _PREFIX + launch.fingerprint
        left = (launch.ends_at - clock.utcnow()).total_seconds()
        try:
            with self._redis.pipeline(transaction=True) as both:
                both.set(key, 0, ex=max(1, math.ceil(left)), nx=True)
                both.incr(key)
                return int(both.execute()[1])
        except (RedisError, OSError) as error:
            log.warning("launches.counted_here_only", error=type(error).__name__)
            return 0


def register(app: Flask, settings: Settings) -> None:
    """The counter of this process."""
    client = Redis.from_url(
        settings.redis_address,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        retry=ONCE,
    )
    app.extensions["launches"] = Launches(client)


def admit(launch: Launch) -> None:
    """Count a sign-in; raises Problem `init_data_replayed` beyond `init_data_max_sign_ins`."""
    settings: Settings = current_app.config["SETTINGS"]
    if current_app.extensions["launches"].count(launch) > settings.init_data_max_sign_ins:
        raise Problem("init_data_replayed", 401)
