"""Funding: when it is settled, and at which rate. A rate follows from symbol and time alone, so
every question about the past gets the same answer, however often the sandbox was started.

Source: the exchange's page "market/history-fund-rate".
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from decimal import Decimal

from sandbox.bybit.catalogue import Listing

_MINUTE_MS = 60_000
_STEP = Decimal("0.000001")


def rate(listing: Listing, at_ms: int) -> Decimal:
    """What a long pays a short at that moment, as a fraction of the position's value: between
    -0.0001 and 0.0003."""
    return (zlib.crc32(f"{listing.symbol}@{at_ms}".encode()) % 401 - 100) * _STEP


def next_time(listing: Listing, now_ms: int) -> int:
    """The next settlement, in milliseconds; settlements lie on whole intervals of the UTC day."""
    interval = listing.funding_minutes * _MINUTE_MS
    return (now_ms // interval + 1) * interval


def settled(listing: Listing, start_ms: int, end_ms: int) -> Iterator[int]:
    """The settlements from start to end, both included, newest first."""
    interval = listing.funding_minutes * _MINUTE_MS
    return iter(range(end_ms // interval * interval, max(start_ms, 1) - 1, -interval))
