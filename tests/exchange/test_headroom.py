"""What is left of the limits: found by what was used lately, never by a walk through all keys."""

from __future__ import annotations

import time

import pytest
import redis

from exchange import headroom
from exchange.headroom import Headroom, read_headroom
from exchange.windows import Ask, RedisWindows
from tests.exchange.conftest import ROOT


@pytest.fixture
def windows(client: redis.Redis) -> RedisWindows:
    return RedisWindows(client, ROOT)


def look(client: redis.Redis) -> Headroom:
    return read_headroom(client, ROOT, "here")


def commands(client: redis.Redis) -> int:
    found: int = client.info("stats")["total_commands_processed"]
    return found


def test_what_is_blocked_comes_first_then_what_is_used_most(
    client: redis.Redis, windows: RedisWindows
) -> None:
    windows.introduce("b", "the one")
    windows.take("here", 550, [Ask("a:order/create:linear", 2, 10), Ask("b:read:spot", 5, 50)])
    windows.block("c:read:", 60_000)
    found = look(client).buckets
    assert [(one.id, one.account, one.used) for one in found] == [
        ("c:read:", None, 0),
        ("b:read:spot", "the one", 5),
        ("a:order/create:linear", None, 2),
    ]
    assert 0 < found[0].blocked_ms <= 60_000


def test_a_bucket_stays_listed_while_it_is_blocked_though_others_ask_after_it(
    client: redis.Redis, windows: RedisWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headroom, "_READ", 3)
    windows.block("blocked:read:", 60_000)
    windows.take("here", 550, [Ask("blocked:read:", 1, 10)])
    windows.take("here", 550, [Ask(f"{number}:read:", 1, 10) for number in range(20)])
    found = look(client)
    assert found.buckets[0].id == "blocked:read:"
    assert (len(found.buckets), found.more) == (3, 18)


def test_more_than_are_told_are_counted(
    client: redis.Redis, windows: RedisWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headroom, "MOST", 2)
    windows.take("here", 550, [Ask(f"{number}:read:", 1, 10) for number in range(5)])
    assert (len(look(client).buckets), look(client).more) == (2, 3)


def test_who_asked_for_nothing_or_long_ago_is_not_listed(
    client: redis.Redis, windows: RedisWindows
) -> None:
    windows.take("here", 550, [Ask("idle:read:", 0, 10)])
    client.zadd(f"{ROOT}:lately", {"old:read:": (time.time() - 3600) * 1000})
    assert look(client).buckets == []
    windows.take("here", 550, [Ask("a:read:", 1, 10)])
    assert client.zrange(f"{ROOT}:lately", 0, -1) == [b"a:read:"]


def test_it_costs_the_same_whatever_else_redis_holds(
    client: redis.Redis, windows: RedisWindows
) -> None:
    windows.take("here", 550, [Ask("a:read:", 1, 10)])
    with client.pipeline() as noted:
        for number in range(3000):
            noted.set(f"{ROOT}:rate:{number}:read::size", 10)
        noted.execute()
    costs = []
    for _ in range(5):
        before = commands(client)
        assert [one.id for one in look(client).buckets] == ["a:read:"]
        costs.append(commands(client) - before)
    # The server counts what other tests ask of it too.
    assert min(costs) < 20


def test_without_the_list_there_are_no_buckets(client: redis.Redis, windows: RedisWindows) -> None:
    """A release that keeps none has counted: its calls are known by the address alone."""
    windows.take("here", 550, [Ask("a:read:", 1, 10)])
    client.delete(f"{ROOT}:lately")
    found = look(client)
    assert (found.addresses[0].used, found.buckets, found.more) == (1, [], 0)


def test_each_address_that_anybody_called_from_is_told_banned_ones_first(
    client: redis.Redis, windows: RedisWindows
) -> None:
    windows.take("one", 550, [Ask("a:read:", 3, 10)])
    windows.take("other", 550, [Ask("a:read:", 2, 10)])
    windows.ban("banned", 60_000)
    found = look(client).addresses
    assert [(one.name, one.used) for one in found] == [
        ("banned", 0),
        ("one", 3),
        ("other", 2),
        ("here", 0),
    ]
    assert 0 < found[0].banned_ms <= 60_000


def test_an_address_that_nobody_calls_from_any_more_is_forgotten(
    client: redis.Redis, windows: RedisWindows
) -> None:
    client.zadd(
        f"{ROOT}:addresses",
        {"gone": (time.time() - 1000) * 1000, "long gone": (time.time() - 90_000) * 1000},
    )
    assert [one.name for one in look(client).addresses] == ["here"]
    windows.take("here", 550, [Ask("a:read:", 1, 10)])
    assert client.zrange(f"{ROOT}:addresses", 0, -1) == [b"gone", b"here"]
