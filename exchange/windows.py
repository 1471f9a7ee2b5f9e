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

FLIGHT_MS = 2000
"""Without an answer (a worker died), an order's token is held this long."""
WINDOW_MS = 1000
_ADDRESS_MS = 5000
_SLICE_MS = 250
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


# KEYS: slices of the address's counter are named from KEYS[1]; the rest comes in ARGV, since all
# keys live in one namespace of one Redis.
_TAKE = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local root, address, budget = KEYS[1], ARGV[1], tonumber(ARGV[2])
local span, slice = tonumber(ARGV[3]), tonumber(ARGV[4])
local banned = redis.call('pttl', root .. ':ban:' .. address)
if banned > 0 then return {banned} end
local here = math.floor(now / slice)
local names = {}
for back = 0, math.ceil(span / slice) do
  names[#names + 1] = root .. ':ip:' .. address .. ':' .. (here - back)
end
local used = 0
for _, n in ipairs(redis.call('mget', unpack(names))) do used = used + (tonumber(n) or 0) end
local free, calls, wait, by_address = budget - used, 0, 0, 0
local answer, lately = {}, {}
for i = 5, #ARGV, 5 do
  local bucket, wanted = root .. ':rate:' .. ARGV[i], tonumber(ARGV[i + 1])
  local size = tonumber(redis.call('get', bucket .. ':size') or ARGV[i + 2])
  local per_call, hold = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  local blocked = redis.call('pttl', bucket .. ':block')
  redis.call('zremrangebyscore', bucket, '-inf', now)
  local grant = 0
  if blocked > 0 then
    if wanted > 0 then wait = (wait == 0) and blocked or math.min(wait, blocked) end
  else
    grant = math.max(0, math.min(wanted, size - redis.call('zcard', bucket)))
    if grant < wanted then
      local oldest = redis.call('zrange', bucket, 0, 0, 'withscores')
      local reset = oldest[2] and math.max(1, tonumber(oldest[2]) - now) or 50
      wait = (wait == 0) and reset or math.min(wait, reset)
    end
    local affordable = math.max(0, free - calls) * per_call
    if grant > affordable then
      grant, by_address = affordable, 1
    end
  end
  local first = 0
  if grant > 0 then
    local last = redis.call('incrby', root .. ':tokens', grant)
    first = last - grant + 1
    local members = {}
    for n = first, last do
      members[#members + 1] = now + hold
      members[#members + 1] = n
    end
    redis.call('zadd', bucket, unpack(members))
    redis.call('pexpire', bucket, 60000)
    calls = calls + math.ceil(grant / per_call)
  end
  if grant > 0 or blocked > 0 then
    lately[#lately + 1] = now + math.max(0, blocked)
    lately[#lately + 1] = ARGV[i]
  end
  answer[#answer + 1] = grant
  answer[#answer + 1] = first
end
if by_address == 1 then wait = slice end
if #lately > 0 then redis.call('zadd', root .. ':lately', unpack(lately)) end
if calls > 0 then
  local counted = redis.call('incrby', names[1], calls)
  redis.call('pexpire', names[1], span + 2 * slice)
  if counted == calls then
    -- The first of its slice: a few times a second, however many calls there are.
    redis.call('zremrangebyscore', root .. ':lately', '-inf', now - 60000)
    redis.call('pexpire', root .. ':lately', 86400000)
  end
end
answer[#answer + 1] = wait
return answer
"""

_HEARD = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local bucket, window = KEYS[1] .. ':rate:' .. ARGV[1], tonumber(ARGV[2])
local first, count = tonumber(ARGV[3]), tonumber(ARGV[4])
local size, left = tonumber(ARGV[5]), tonumber(ARGV[6])
local members = {}
for n = first, first + count - 1 do
  members[#members + 1] = now + window
  members[#members + 1] = n
end
if count > 0 then redis.call('zadd', bucket, unpack(members)) end
if size > 0 then
  redis.call('set', bucket .. ':size', size, 'px', 86400000)
  if left >= 0 then
    redis.call('zremrangebyscore', bucket, '-inf', now)
    local missing = math.min(size, size - left) - redis.call('zcard', bucket)
    for n = 1, missing do redis.call('zadd', bucket, now + window, 'seen:' .. now .. ':' .. n) end
  end
end
redis.call('pexpire', bucket, 60000)
"""

_BLOCK = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('set', KEYS[1] .. ':rate:' .. ARGV[1] .. ':block', 1, 'px', ARGV[2])
redis.call('zadd', KEYS[1] .. ':lately', now + ARGV[2], ARGV[1])
redis.call('pexpire', KEYS[1] .. ':lately', 86400000)
"""


class RedisWindows:
    """Counted in Redis: shared by every process, by Redis's own clock. What Redis forgets, the
    exchange's next answer tells again. Raises RedisError."""

    def __init__(self, client: Redis, root: str) -> None:
        self._client = client
        self._root = root
        self._take = client.register_script(_TAKE)
        self._heard = client.register_script(_HEARD)
        self._block = client.register_script(_BLOCK)

    def take(self, address: str, budget: int, asks: Sequence[Ask]) -> Grant:
        arguments: list[str | int] = [address, budget, _ADDRESS_MS, _SLICE_MS]
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

    def used(self, address: str) -> tuple[int, int]:
        """How many calls of the address are in its window, and the rest of its ban in ms."""
        seconds, micros = self._client.time()  # type: ignore[misc] # not awaited: no async client
        here = (seconds * 1000 + micros // 1000) // _SLICE_MS
        slices = math.ceil(_ADDRESS_MS / _SLICE_MS)
        names = [f"{self._root}:ip:{address}:{here - back}" for back in range(slices + 1)]
        with self._client.pipeline(transaction=False) as asked:
            asked.mget(names)
            asked.pttl(f"{self._root}:ban:{address}")
            counts, banned = asked.execute()
        return sum(int(count or 0) for count in counts), max(0, int(banned))

    def ban(self, address: str, milliseconds: int) -> None:
        self._client.set(f"{self._root}:ban:{address}", 1, px=max(1, milliseconds))

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
            recent = [at for at in self._calls[address] if at > now - _ADDRESS_MS / 1000]
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
        wait = _SLICE_MS / 1000 if by_address else min(waits, default=0.0)
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
