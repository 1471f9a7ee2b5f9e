"""What is left of the exchange's limits, as all processes count it in Redis: see `windows`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

from exchange.windows import ADDRESS_MS, SLICE_MS

MOST = 200
_ADDRESSES = 100
_ADDRESS_LATELY_MS = 900_000
"""A worker that has nothing to do makes a call every few minutes (`worker.warm`)."""
_READ = 500
_LATELY_MS = 10_000
"""A token stays in its window for as long as its call takes, and a second."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one account used of one limit within the running second. `id` is the bucket's own name,
    `account` the one that its account was introduced by, None where Redis forgot it; `size` None:
    the exchange told none yet. `blocked_ms`: nothing of it may be called for so long."""

    id: str
    account: str | None
    endpoint: str
    category: str
    used: int
    size: int | None
    blocked_ms: int


@dataclass(frozen=True, slots=True)
class Address:
    """Calls that left from it within five seconds; `banned_ms` left of a ban."""

    name: str
    used: int
    banned_ms: int


@dataclass(frozen=True, slots=True)
class Headroom:
    """`more` buckets were used lately that are not told."""

    addresses: Sequence[Address]
    buckets: Sequence[Bucket]
    more: int


def read_headroom(client: Redis, root: str, own: str) -> Headroom:
    """Buckets that are blocked first, then the fullest, `MOST` of them. What it costs is bounded,
    however many accounts there are. Raises RedisError."""
    buckets, unread = _buckets(client, root)
    buckets.sort(key=lambda one: (-one.blocked_ms, -one.used, one.id))
    return Headroom(
        addresses=read_addresses(client, root, own),
        buckets=buckets[:MOST],
        more=unread + max(0, len(buckets) - MOST),
    )


def read_addresses(client: Redis, root: str, own: str) -> list[Address]:
    """This process's own address and those that any process called from within a quarter of an
    hour, a hundred at most: banned ones first, then the fullest. Raises RedisError."""
    now_ms = _now_ms(client)
    told = client.zrevrangebyscore(
        f"{root}:addresses", "+inf", now_ms - _ADDRESS_LATELY_MS, start=0, num=_ADDRESSES
    )
    names = sorted({own, *(name.decode() for name in told)})
    here = now_ms // SLICE_MS
    slices = range(here - math.ceil(ADDRESS_MS / SLICE_MS), here + 1)
    with client.pipeline(transaction=False) as asked:
        for name in names:
            asked.mget([f"{root}:ip:{name}:{number}" for number in slices])
            asked.pttl(f"{root}:ban:{name}")
        answers = asked.execute()
    found = [
        Address(name, sum(int(count or 0) for count in counts), max(0, banned))
        for name, counts, banned in zip(names, answers[::2], answers[1::2], strict=True)
    ]
    return sorted(found, key=lambda one: (-one.banned_ms, -one.used, one.name))


def _buckets(client: Redis, root: str) -> tuple[list[Bucket], int]:
    """Those in use, and how many more there may be. The end of a block is in the future, so what
    is blocked is read first."""
    now_ms = _now_ms(client)
    lately, since = f"{root}:lately", now_ms - _LATELY_MS
    with client.pipeline(transaction=False) as asked:
        asked.zcount(lately, since, "+inf")
        asked.zrevrangebyscore(lately, "+inf", since, start=0, num=_READ)
        count, members = asked.execute()
    names = [name.decode() for name in members]
    with client.pipeline(transaction=False) as asked:
        for name in names:
            asked.zcount(f"{root}:rate:{name}", now_ms, "+inf")
            asked.get(f"{root}:rate:{name}:size")
            asked.pttl(f"{root}:rate:{name}:block")
            asked.get(f"{root}:paced:{name.partition(':')[0]}")
        told = asked.execute() if names else []
    found = []
    for number, name in enumerate(names):
        used, size, blocked, account = told[4 * number : 4 * number + 4]
        if used or blocked > 0:
            _, endpoint, category = name.split(":")
            whose = account.decode() if account else None
            known = int(size) if size else None
            found.append(Bucket(name, whose, endpoint, category, used, known, max(0, blocked)))
    return found, max(0, count - len(names))


def _now_ms(client: Redis) -> int:
    seconds, micros = client.time()  # type: ignore[misc] # not awaited: no async client
    return int(seconds * 1000 + micros // 1000)
