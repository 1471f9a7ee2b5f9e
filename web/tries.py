"""How often something may be tried: guesses of a password, mails to an address. Counted in Redis
for all processes; while it is away, by each.

A count lasts a quarter of an hour from its first try, whatever comes meanwhile: nobody is kept out
of what is theirs for longer.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger
from core.problems import Problem
from core.redis_patience import ONCE, REDIS_TIMEOUT
from core.settings import Settings
from trading.desk import Desk
from web.origin import remote_address

log = get_logger(__name__)

WINDOW_SECONDS = 900
FROM_ONE_NETWORK = 10
FROM_EVERYWHERE = 100
MAILS = 5
_KNOWN_SECONDS = 30 * 86_400
_PREFIX = "ebb:tries:"
_REMEMBERED = 4096
_IPV6_SITE = 64


class Tries:
    """Counts by key. Safe to share between threads."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._here: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def count(self, key: str) -> tuple[int, int]:
        """The number of this try, from 1, and in how many seconds counting begins anew. At least
        what this process has seen, so that a Redis that comes back empty opens nothing here."""
        here, there = self._count_here(key), self._count_everywhere(key)
        return max(here[0], there[0]), max(here[1], there[1])

    def forget(self, *keys: str) -> None:
        """Begin anew now."""
        with self._lock:
            for key in keys:
                self._here.pop(key, None)
        try:
            self._redis.delete(*(_PREFIX + key for key in keys))
        except (RedisError, OSError) as error:
            log.warning("tries.not_forgotten", error=type(error).__name__)

    def know(self, key: str) -> None:
        """Remember this for a month."""
        try:
            self._redis.set(_PREFIX + key, 1, ex=_KNOWN_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("tries.not_noted", error=type(error).__name__)

    def knows(self, key: str) -> bool:
        """Whether it was told so within a month, as far as Redis remembers."""
        try:
            return bool(self._redis.exists(_PREFIX + key))
        except (RedisError, OSError):
            return False

    def _count_here(self, key: str) -> tuple[int, int]:
        now = clock.monotonic()
        with self._lock:
            number, ends = self._here.pop(key, (0, now))
            if ends <= now:
                number, ends = 0, now + WINDOW_SECONDS
            self._here[key] = number + 1, ends
            while len(self._here) > _REMEMBERED:
                self._here.popitem(last=False)
            return number + 1, math.ceil(ends - now)

    def _count_everywhere(self, key: str) -> tuple[int, int]:
        try:
            with self._redis.pipeline(transaction=True) as both:
                both.set(_PREFIX + key, 0, ex=WINDOW_SECONDS, nx=True)
                both.incr(_PREFIX + key)
                both.ttl(_PREFIX + key)
                _, number, left = both.execute()
                return int(number), int(left)
        except (RedisError, OSError) as error:
            log.warning("tries.counted_here_only", error=type(error).__name__)
            return 0, 0


def register(app: Flask, settings: Settings) -> None:
    """The counter of this process."""
    client = Redis.from_url(
        settings.redis_address,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        retry=ONCE,
    )
    app.extensions["tries"] = Tries(client)


class Guesses:
    """Of one address's password, in the request that guesses. Every guess counts before it is
    looked at, so that many at once are no way around.

    A network that the person signed in from within a month is counted for itself: whoever guesses
    from everywhere else does not keep them out.
    """

    def __init__(self, email: str) -> None:
        network = _network()
        self._from_here = _key("guess", email, network)
        self._from_everywhere = _key("guess", email)
        self._known = _key("known", email, network)

    def begin(self) -> None:
        """Raises Problem (429) `rate_limited`, alike for every address there is or is not."""
        _must_be_within(self._from_here, FROM_ONE_NETWORK)
        if not _tries().knows(self._known):
            _must_be_within(self._from_everywhere, FROM_EVERYWHERE)

    def right(self) -> None:
        """It was the password."""
        _tries().forget(self._from_here)
        _tries().know(self._known)


def admit_check(user_id: object) -> str:
    """Count a signed-in person's try of their own password; what to `forget` if it was right.
    Raises as `Guesses.begin`."""
    key = _key("own", str(user_id))
    _must_be_within(key, FROM_ONE_NETWORK)
    return key


def forget(key: str) -> None:
    """It was right."""
    _tries().forget(key)


def admit_mail(email: str) -> None:
    """Count a mail that somebody wants sent to the address. Raises as `Guesses.begin`."""
    _must_be_within(_key("mail", email), MAILS)


def _must_be_within(key: str, most: int) -> None:
    number, left = _tries().count(key)
    if number > most:
        seconds = str(max(1, left))
        raise Problem(
            "rate_limited", 429, values={"seconds": seconds}, headers={"Retry-After": seconds}
        )


def _tries() -> Tries:
    found: Tries = current_app.extensions["tries"]
    return found


def _key(*parts: str) -> str:
    """Redis learns no address."""
    desk: Desk = current_app.extensions["desk"]
    return desk.vault.fingerprint("\n".join(("tries", *parts)))


def _network() -> str:
    """Who has one IPv6 address has a whole site of them."""
    address = ip_address(remote_address() or "0.0.0.0")  # noqa: S104 - stands for unknown
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_SITE), strict=False))
    return str(address)
