"""Rolling windows, counted in Redis for all processes at once, or in this process alone.

A *bucket* is what the exchange counts: account, endpoint, category. A token taken is assumed in
flight until its answer is heard: the exchange counted the request at some moment before that, so a
token that leaves its window one second after the *answer* can't have been counted later. Windows
are thereby filled, and never overrun, whatever the network does.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from redis import Redis

from exchange.window_scripts import BAN, BLOCK, HEARD, TAKE

FLIGHT_MS = 2000
"""Without an answer (a worker died), an order's token is held this long."""
WINDOW_MS = 1000
ADDRESS_MS = 5000
SLICE_MS = 250
_KNOWN_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Ask:
    """Up to `wanted` tokens of a bucket that holds `size` a second unless it told otherwise; one
    HTTP call carries `per_call` of them. They are held `hold_ms`, if nothing is heard."""

    bucket: str
    wanted: int
    size: int
    per_call: int = 1
    hold_ms: int = FLIGHT_MS


@dataclass(frozen=True, slots=True)
class Taken:
    """What was granted of one ask: tokens `first` to `first + count - 1`."""

    bucket: str
    count: int
    first: int


@dataclass(frozen=True, slots=True)
class Grant:
    """Grants in the order of the asks; `wait_ms` until more may be had, 0 if all were granted.
    `banned_ms`: the address must be silent for so long; nothing was granted."""

    taken: tuple[Taken, ...]
    wait_ms: int
    banned_ms: int = 0


class Windows(Protocol):
    """Where tokens are counted."""

    def take(self, address: str, budget: int, asks: Sequence[Ask]) -> Grant: ...

    def heard(self, taken: Taken, *, size: int | None, left: int | None) -> None:
        """The answer is in: its tokens leave their window one second from now. `size` and `left`
        are the exchange's own count: where it counted more than we, others use the account, or
        Redis forgot, and the difference is noted."""
        ...

    def block(self, bucket: str, milliseconds: int) -> None:
        """Nothing of this bucket for so long."""
        ...

    def ban(self, address: str, milliseconds: int) -> None:
        """Nothing from this address for so long."""
        ...

    def introduce(self, account: str, name: str) -> None:
        """Who the account of these buckets is, for those who look."""
        ...


class RedisWindows:
    """Counted in Redis: shared by every process, by Redis's own clock. What Redis forgets, the
    exchange's next answer tells again. Raises RedisError."""

    def __init__(self, client: Redis, root: str) -> None:
        self._client = client
        self._root = root
        self._take = client.register_script(TAKE)
        self._heard = client.register_script(HEARD)
        self._block = client.register_script(BLOCK)
        self._ban = client.register_script(BAN)

    def take(self, address: str, budget: int, asks: Sequence[Ask]) -> Grant:
        arguments: list[str | int] = [address, budget, ADDRESS_MS, SLICE_MS]
        for ask in asks:
            arguments += [ask.bucket, ask.wanted, ask.size, ask.per_call, ask.hold_ms]
        *grants, wait = self._take(keys=[self._root], args=arguments)
        if not grants:
            return Grant((), 0, banned_ms=int(wait))
        taken = (
            Taken(ask.bucket, int(count), int(first))
            for ask, count, first in zip(asks, grants[::2], grants[1::2], strict=True)
        )
        return Grant(tuple(taken), int(wait))

    def heard(self, taken: Taken, *, size: int | None, left: int | None) -> None:
        self._heard(
            keys=[self._root],
            args=[
                taken.bucket,
                WINDOW_MS,
                taken.first,
                taken.count,
                size or 0,
                -1 if left is None else left,
            ],
        )

    def block(self, bucket: str, milliseconds: int) -> None:
        self._block(keys=[self._root], args=[bucket, max(1, milliseconds)])

    def ban(self, address: str, milliseconds: int) -> None:
        self._ban(keys=[self._root], args=[address, max(1, milliseconds)])

    def introduce(self, account: str, name: str) -> None:
        self._client.set(f"{self._root}:paced:{account}", name, ex=_KNOWN_SECONDS)


@dataclass(slots=True)
class _Bucket:
    size: int | None = None
    blocked_until: float = 0.0
    tokens: dict[int, float] = field(default_factory=dict)

    def free(self, now: float, size: int) -> int:
        self.tokens = {token: ends for token, ends in self.tokens.items() if ends > now}
        return max(0, (self.size or size) - len(self.tokens))


class LocalWindows:
    """Counted in this process alone: while Redis is away, and in tests. Other processes are not
    seen; what overruns is refused by the exchange, which is safe, and tried again."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = defaultdict(_Bucket)
        self._calls: dict[str, list[float]] = defaultdict(list)
        self._banned: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def take(self, address: str, budget: int, asks: Sequence[Ask]) -> Grant:
        now = time.monotonic()
        with self._lock:
            if self._banned[address] > now:
                return Grant((), 0, banned_ms=math.ceil((self._banned[address] - now) * 1000))
            recent = [at for at in self._calls[address] if at > now - ADDRESS_MS / 1000]
            waits: list[float] = []
            taken, by_address = [], False
            for ask in asks:
                bucket = self._buckets[ask.bucket]
                grant = 0
                if bucket.blocked_until > now:
                    waits.append(bucket.blocked_until - now)
                else:
                    grant = min(ask.wanted, bucket.free(now, ask.size))
                    if grant < ask.wanted:
                        waits.append(min(bucket.tokens.values(), default=now + 0.05) - now)
                    affordable = max(0, budget - len(recent)) * ask.per_call
                    if grant > affordable:
                        grant, by_address = affordable, True
                first = next(self._numbers)
                others = itertools.islice(self._numbers, max(0, grant - 1))
                for token in itertools.chain([first] if grant else (), others):
                    bucket.tokens[token] = now + ask.hold_ms / 1000
                recent += [now] * -(-grant // ask.per_call)
                taken.append(Taken(ask.bucket, grant, first))
            self._calls[address] = recent
        wait = SLICE_MS / 1000 if by_address else min(waits, default=0.0)
        return Grant(tuple(taken), math.ceil(wait * 1000))

    def heard(self, taken: Taken, *, size: int | None, left: int | None) -> None:
        ends = time.monotonic() + WINDOW_MS / 1000
        with self._lock:
            bucket = self._buckets[taken.bucket]
            for token in range(taken.first, taken.first + taken.count):
                bucket.tokens[token] = ends
            if size:
                bucket.size = size
                missing = size - (left if left is not None else size) - len(bucket.tokens)
                for token in itertools.islice(self._numbers, max(0, missing)):
                    bucket.tokens[token] = ends

    def block(self, bucket: str, milliseconds: int) -> None:
        with self._lock:
            self._buckets[bucket].blocked_until = time.monotonic() + milliseconds / 1000

    def ban(self, address: str, milliseconds: int) -> None:
        with self._lock:
            self._banned[address] = time.monotonic() + milliseconds / 1000

    def introduce(self, account: str, name: str) -> None:
        """Nobody looks here."""

    def banned_ms(self, address: str) -> int:
        """What is left of the address's ban."""
        with self._lock:
            return max(0, math.ceil((self._banned[address] - time.monotonic()) * 1000))
