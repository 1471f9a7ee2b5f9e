"""What is left of the exchange's limits, as all processes count it in Redis: see `windows`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

from exchange.windows import RedisWindows

MOST = 200
_LOOKED_AT = 5000


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one account used of one limit within the running second. `account` is the name that its
    account was introduced by, None where Redis forgot it; `size` None: the exchange told none yet.
    `blocked_ms`: nothing of it may be called for so long."""

    account: str | None
    endpoint: str
    category: str
    used: int
    size: int | None
    blocked_ms: int


@dataclass(frozen=True, slots=True)
class Headroom:
    """Calls of this address within five seconds, of `budget`; `banned_ms` left of a ban."""

    address: str
    budget: int
    used: int
    banned_ms: int
    buckets: Sequence[Bucket]


def read_headroom(client: Redis, root: str, address: str, budget: int) -> Headroom:
    """Blocked ones first, then the fullest, `MOST` of them. Raises RedisError."""
    used, banned_ms = RedisWindows(client, root).used(address)
    buckets = _buckets(client, root)
    return Headroom(
        address=address,
        budget=budget,
        used=used,
        banned_ms=banned_ms,
        buckets=sorted(buckets, key=lambda one: (-one.blocked_ms, -one.used))[:MOST],
    )


def _buckets(client: Redis, root: str) -> list[Bucket]:
    seconds, micros = client.time()  # type: ignore[misc] # not awaited: no async client
    now_ms = seconds * 1000 + micros // 1000
    prefix = f"{root}:rate:"
    names: set[str] = set()
    for key in client.scan_iter(match=f"{prefix}*", count=1000):
        account, _, rest = key.decode().removeprefix(prefix).partition(":")
        endpoint, _, category = rest.partition(":")
        names.add(f"{account}:{endpoint}:{category.partition(':')[0]}")
        if len(names) >= _LOOKED_AT:
            break
    listed = sorted(names)
    with client.pipeline(transaction=False) as asked:
        for name in listed:
            asked.zcount(prefix + name, now_ms, "+inf")
            asked.get(f"{prefix}{name}:size")
            asked.pttl(f"{prefix}{name}:block")
            asked.get(f"{root}:paced:{name.partition(':')[0]}")
        told = asked.execute() if listed else []
    found = []
    for number, name in enumerate(listed):
        used, size, blocked, account = told[4 * number : 4 * number + 4]
        if used or blocked > 0:
            _, endpoint, category = name.split(":")
            whose = account.decode() if account else None
            known = int(size) if size else None
            found.append(Bucket(whose, endpoint, category, used, known, max(0, blocked)))
    return found
