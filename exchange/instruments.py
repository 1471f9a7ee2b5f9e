"""The instruments of each environment and category, kept for minutes by the whole process."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core import clock
from core.logs import get_logger
from exchange.outcomes import Unreachable
from exchange.types import Category, Instrument

log = get_logger(__name__)
_GRACE_SECONDS = 3600.0

Key = tuple[str, Category]
Rules = Mapping[str, Instrument]


@dataclass(frozen=True, slots=True)
class _Kept:
    rules: Rules
    read_at: float


class InstrumentCache:
    """Rules by (host, category). An expired copy is served only while the exchange can't be
    reached, and for an hour at most: steps and minimums change rarely, but they change."""

    def __init__(self, ttl_seconds: float) -> None:
        self._ttl = ttl_seconds
        self._kept: dict[Key, _Kept] = {}
        self._locks: defaultdict[Key, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def get(self, key: Key, read: Callable[[], Rules], *, max_age: float | None = None) -> Rules:
        """The rules, read at most once at a time for each key, and anew if they are older than
        `max_age` seconds (at most the cache's own limit). Raises what `read` raises."""
        limit = self._ttl if max_age is None else min(max_age, self._ttl)
        kept = self._kept.get(key)
        if kept is not None and clock.monotonic() - kept.read_at < limit:
            return kept.rules
        with self._guard:
            lock = self._locks[key]
        with lock:
            kept = self._kept.get(key)
            now = clock.monotonic()
            if kept is not None and now - kept.read_at < limit:
                return kept.rules
            try:
                rules = read()
            except Unreachable:
                if kept is not None and now - kept.read_at < self._ttl + _GRACE_SECONDS:
                    log.warning("exchange.instruments_stale", category=key[1].value)
                    return kept.rules
                raise
            self._kept[key] = _Kept(rules, clock.monotonic())
            return rules
