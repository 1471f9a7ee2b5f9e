"""What is left of the exchange's limits, as all processes count it in Redis: see `windows`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

from exchange.windows import RedisWindows

MOST = 200
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
class Headroom:
    """Calls of this address within five seconds, of `budget`; `banned_ms` left of a ban. `more`
    buckets were used lately that are not told."""

    address: str
    budget: int
    used: int
    banned_ms: int
    buckets: Sequence[Bucket]
    more: int


def read_headroom(client: Redis, root: str, address: str, budget: int) -> Headroom:
    """Blocked ones first, then the fullest, `MOST` of them. Its cost is bounded, however many
    accounts there are. Raises RedisError."""
    used, banned_ms = RedisWindows(client, root).used(address)
    buckets, unread = _buckets(client, root)
    buckets.sort(key=lambda one: (-one.blocked_ms, -one.used, one.id))
    return Headroom(
        address=address,
        budget=budget,
        used=used,
        banned_ms=banned_ms,
        buckets=buckets[:MOST],
        more=unread + max(0, len(buckets) - MOST),
    )


def _buckets(client: Redis, root: str) -> tuple[list[Bucket], int]:
    """Those in use, and how many more there may be. The end of a block is in the future, so what
    is blocked is read first."""
    seconds, micros = client.time()  # type: ignore[misc] # not awaited: no async client
    now_ms = seconds * 1000 + micros // 1000
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
