"""Pacing: no call leaves that the exchange's limits would refuse (reference §2).

Each call takes tokens of its account's budget for the endpoint and one of the address's budget
(600 calls in 5 s for each address that calls leave from; over it the exchange bans the address).
Budgets are shared by all processes through Redis. While Redis is away each process counts for
itself. A ban heard by one process stops the calls of all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger
from core.queue_names import REDIS_NAMESPACE
from core.redis_patience import quick_redis
from exchange.outcomes import Busy
from exchange.types import Category
from exchange.windows import Ask, Grant, LocalWindows, RedisWindows, Taken, Windows

log = get_logger(__name__)
T = TypeVar("T")

SINGLE = "order/create"
BATCH = "order/create-batch"
_READS_A_SECOND = 50
_WRITES_A_SECOND = 10
_SPOT_ORDERS_A_SECOND = 20
_READS_SHARE = 0.85
"""Of the address's budget; the rest is for orders alone."""
_LONGEST_WAIT = 1.5
_REDIS_REST = 1.0
"""After a failure Redis is left alone this long, so that its silence is not paid for each call."""
_FORBIDDEN = 403
_LIMIT_CODES = frozenset({429, 10006})
_READ_HOLD_MS = 1200
_INTRODUCED_SECONDS = 40_000.0


@dataclass(frozen=True, slots=True)
class Wave:
    """How many orders of each category may leave now, in batches and singly; `wait` seconds until
    more may, 0 if all may."""

    batch: Mapping[Category, Taken]
    single: Mapping[Category, Taken]
    wait: float

    @property
    def count(self) -> int:
        return sum(taken.count for taken in (*self.batch.values(), *self.single.values()))


class Pacer:
    """One per process; safe to share between threads."""

    def __init__(self, shared: Windows | None, *, address: str, budget: int) -> None:
        self._shared = shared
        self._local = LocalWindows()
        self._address = address
        self._budget = budget
        self._rest_until = 0.0
        self._sizes: dict[str, int] = {}
        self._introduced: dict[str, float] = {}

    @classmethod
    def on_redis(cls, redis_address: str, *, address: str, budget: int) -> Pacer:
        """A pacer that counts in Redis. Connects when it is first used."""
        client = quick_redis(redis_address)
        return cls(RedisWindows(client, REDIS_NAMESPACE), address=address, budget=budget)

    def introduce(self, account: str, name: str) -> None:
        """Tell once who the account is whose budgets are counted under this key."""
        now = clock.monotonic()
        if now - self._introduced.get(account, -_INTRODUCED_SECONDS) >= _INTRODUCED_SECONDS:
            self._introduced[account] = now
            self._shared_or_local(lambda windows: windows.introduce(account, name))

    # -- before a call ------------------------------------------------------------------------

    def admit(self, account: str, endpoint: str, category: str, *, is_write: bool) -> Taken:
        """Let one call go that places no order, after a short wait if need be.

        Raises Busy if the wait would be long, or the address is banned; nothing was called then.
        """
        waited = 0.0
        size = _WRITES_A_SECOND if is_write else _READS_A_SECOND
        bucket = f"{account}:{endpoint}:{category}"
        budget = self._budget if is_write else int(self._budget * _READS_SHARE)
        while True:
            grant = self._take(budget, [Ask(bucket, 1, size, hold_ms=_READ_HOLD_MS)])
            if grant.taken[0].count:
                return grant.taken[0]
            wait = grant.wait_ms / 1000
            if waited + wait > _LONGEST_WAIT:
                raise Busy(0, "waiting for the exchange's limit", wait)
            clock.pause(wait)
            waited += wait

    def orders(
        self, account: str, wanted: Mapping[Category, int], per_batch: Mapping[Category, int]
    ) -> Wave:
        """Tokens for as many of these orders as may leave now: the batch endpoint and the single
        one have budgets of their own, so both are used. Never waits. Raises Busy while banned."""
        asks: list[Ask] = []
        for category, count in wanted.items():
            size = _SPOT_ORDERS_A_SECOND if category is Category.SPOT else _WRITES_A_SECOND
            per_call = per_batch[category]
            # A lone order needs no batch; beyond that the batch carries what it can.
            batched = min(count, size) if per_call > 1 and count > 1 else 0
            asks += [
                Ask(f"{account}:{BATCH}:{category}", batched, size, per_call),
                Ask(f"{account}:{SINGLE}:{category}", count - batched, size),
            ]
        grant = self._take(self._budget, asks)
        batch = dict(zip(wanted, grant.taken[::2], strict=True))
        single = dict(zip(wanted, grant.taken[1::2], strict=True))
        wait = grant.wait_ms
        # What the batch's window had no room for may still go singly.
        short = {
            category: asked.wanted - batch[category].count
            for category, asked in zip(wanted, asks[::2], strict=True)
            if asked.wanted > batch[category].count and not single[category].count
        }
        if short:
            sizes = {ask.bucket: ask.size for ask in asks}
            buckets = {category: single[category].bucket for category in short}
            more = self._take(
                self._budget,
                [Ask(buckets[name], count, sizes[buckets[name]]) for name, count in short.items()],
            )
            single |= dict(zip(short, more.taken, strict=True))
            wait = more.wait_ms and min(wait, more.wait_ms)
        return Wave(batch=batch, single=single, wait=wait / 1000)

    def _take(self, budget: int, asks: Sequence[Ask]) -> Grant:
        """Raises Busy while the address is banned, as this process or any other has heard."""
        grant = self._shared_or_local(lambda windows: windows.take(self._address, budget, asks))
        # What Redis forgot this process may still know.
        banned = grant.banned_ms or self._local.banned_ms(self._address)
        if banned:
            message = "this address is banned for now"
            raise Busy(_FORBIDDEN, message, banned / 1000, whole_ip=True)
        return grant

    def _shared_or_local(self, act: Callable[[Windows], T]) -> T:
        if self._shared is not None and clock.monotonic() >= self._rest_until:
            try:
                return act(self._shared)
            except (RedisError, OSError) as error:
                self._rest_until = clock.monotonic() + _REDIS_REST
                log.warning("pacing.redis_away", error=type(error).__name__)
        return act(self._local)

    # -- after a call -------------------------------------------------------------------------

    def heard(self, taken: Taken, headers: Mapping[str, str] | None) -> None:
        """An order call was answered (or failed: no headers)."""
        size, left = _number(headers, "X-Bapi-Limit"), _number(headers, "X-Bapi-Limit-Status")
        self._shared_or_local(lambda windows: windows.heard(taken, size=size, left=left))

    def learn(self, taken: Taken, headers: Mapping[str, str]) -> None:
        """A read was answered: note the size of its budget if it is another than thought."""
        size = _number(headers, "X-Bapi-Limit")
        if size and self._sizes.get(taken.bucket, _READS_A_SECOND) != size:
            self._sizes[taken.bucket] = size
            self.heard(taken, {"X-Bapi-Limit": str(size)})

    def refused(self, taken: Taken, error: Busy) -> None:
        """The exchange itself refused a call for its limits."""
        milliseconds = int(error.retry_after * 1000)
        if error.whole_ip:
            log.error("exchange.address_banned", seconds=error.retry_after)
            self._local.ban(self._address, milliseconds)
            self._shared_or_local(lambda windows: windows.ban(self._address, milliseconds))
        elif error.code in _LIMIT_CODES:
            self._shared_or_local(lambda windows: windows.block(taken.bucket, milliseconds))


def account_key(api_key: str | None) -> str:
    """What an account is called in Redis: nothing that tells its key."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:16] if api_key else "public"


def _number(headers: Mapping[str, str] | None, name: str) -> int | None:
    value = (headers or {}).get(name, "")
    return int(value) if value.isdigit() else None
