"""A process asks Redis by few connections, however many threads ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from redis import Redis

from core.redis_patience import QUICK_CONNECTIONS, quick_redis


def test_whoever_asks_shares_one_small_pool(redis_url: str) -> None:
    name = "patience-test"
    address = f"{redis_url}?client_name={name}"
    asked = [quick_redis(address) for _ in range(30)]
    with ThreadPoolExecutor(30) as threads:
        answers = list(threads.map(lambda one: [one.ping() for _ in range(30)], asked))
    assert all(all(each) for each in answers)
    looks = Redis.from_url(redis_url)
    opened = [one for one in looks.client_list() if one["name"] == name]
    assert 1 <= len(opened) <= QUICK_CONNECTIONS
    looks.close()
    quick_redis(address).connection_pool.disconnect()
