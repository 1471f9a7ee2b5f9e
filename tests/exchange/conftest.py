"""A Redis with room for windows of a test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

ROOT = "ebb-windows-test"
"""What the names of keys begin with; all of them are gone after each test."""


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    made = redis.Redis.from_url(redis_url)
    yield made
    for key in made.scan_iter(f"{ROOT}:*"):
        made.delete(key)
    made.close()
