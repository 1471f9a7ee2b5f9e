"""The worker as it is, but with an exchange that never bans an address, and with its commits
counted: what limits it then is itself."""

from __future__ import annotations

import threading
import time

from sqlalchemy import event

from core.redis_patience import quick_redis
from exchange.pacing import Pacer

_as_it_is = Pacer.on_redis


def _endless(redis_address: str, *, address: str, budget: int) -> Pacer:  # noqa: ARG001
    return _as_it_is(redis_address, address=address, budget=10_000_000)


Pacer.on_redis = _endless  # type: ignore[method-assign] # before the worker makes its own

from worker import main  # noqa: E402

COMMITS = "bench:commits"
redis = quick_redis(main.settings.redis_address)
_count = 0


def _committed(_: object) -> None:
    global _count  # noqa: PLW0603 - a counter of this process
    _count += 1


def _tell() -> None:
    while True:
        time.sleep(0.25)
        redis.set(COMMITS, _count)


event.listen(main.engine, "commit", _committed)
threading.Thread(target=_tell, daemon=True).start()
