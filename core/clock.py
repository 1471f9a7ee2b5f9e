"""The one clock. Everything that asks for the time asks here, so a test can move it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utcnow() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Milliseconds since the epoch: the unit of Bybit's timestamps."""
    return time.time_ns() // 1_000_000


def from_ms(milliseconds: int) -> datetime:
    """An aware UTC time from Bybit's milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_ms(moment: datetime) -> int:
    """Bybit's milliseconds of an aware time."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def monotonic() -> float:
    """Seconds for measuring durations; never for telling the time."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Wait on purpose (back-off, settling); never to wait for another thread."""
    if seconds > 0:
        time.sleep(seconds)
