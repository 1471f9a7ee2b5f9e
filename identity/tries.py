"""Wrong tries of a code or a PIN: after five in a row the next has to wait.

They are counted in the person's row, which the caller holds: no second process tries meanwhile.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from core.problems import Problem

MOST = 5
LOCK = timedelta(minutes=15)


def refuse_locked(wrong: int, wrong_at: datetime | None, now: datetime, code: str) -> None:
    """Raises Problem (429) `code` while the last of too many wrong tries is not old enough."""
    if wrong < MOST or wrong_at is None or now - wrong_at >= LOCK:
        return
    seconds = math.ceil((wrong_at + LOCK - now).total_seconds())
    raise Problem(
        code,
        429,
        values={"minutes": str(math.ceil(seconds / 60))},
        headers={"Retry-After": str(seconds)},
    )


def is_forgotten(wrong_at: datetime | None, now: datetime) -> bool:
    """Whether the last wrong try is so long ago that it counts no more."""
    return wrong_at is None or now - wrong_at >= LOCK
