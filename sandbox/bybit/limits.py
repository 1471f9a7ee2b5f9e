"""Rate limits: per account, endpoint and category in a rolling second, and per address."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from sandbox.bybit.account import Account
from sandbox.bybit.errors import HttpRefusal

_SPOT_DOUBLE = {"order/create", "order/cancel", "order/create-batch", "order/cancel-batch"}
_ORDERS = {*_SPOT_DOUBLE, "order/amend", "position/set-leverage", "position/trading-stop"}
_BAN_SECONDS = 600.0
# What the headers tell an account without limits, so that a client which heeds them is not slow.
_OFF = 10_000


def limit_of(account: Account, endpoint: str, category: str) -> int:
    """Requests (orders, for batches) a second."""
    if account.limits and endpoint in account.limits:
        return account.limits[endpoint]
    if endpoint in _ORDERS:
        return 20 if category == "spot" and endpoint in _SPOT_DOUBLE else 10
    return 50


@dataclass(slots=True)
class Granted:
    """What a request may use of its window, and what the headers say."""

    allowed: int
    limit: int
    left: int
    reset_ms: int


class AccountLimits:
    """Rolling one-second windows."""

    def __init__(self) -> None:
        self._windows: dict[tuple[int, str, str], deque[float]] = {}

    def take(self, account: Account, endpoint: str, category: str, wanted: int) -> Granted:
        """Use up to `wanted` of the window: single requests want one, a batch its orders."""
        now = time.time()
        limit = limit_of(account, endpoint, category)
        if not account.limits_on:
            return Granted(wanted, _OFF, _OFF, int(now * 1000))
        window = self._windows.setdefault((account.uid, endpoint, category), deque())
        while window and window[0] <= now - 1:
            window.popleft()
        allowed = max(0, min(wanted, limit - len(window)))
        window.extend([now] * allowed)
        reset = window[0] + 1 if allowed < wanted and window else now
        return Granted(allowed, limit, limit - len(window), int(reset * 1000) + 1)


@dataclass(slots=True)
class AddressLimit:
    """600 requests in 5 s for each address; over it, a ban of ten minutes."""

    enabled: bool = True
    requests: int = 600
    seconds: float = 5.0
    ban_seconds: float = _BAN_SECONDS
    _seen: dict[str, deque[float]] = field(default_factory=dict)
    # Address → when its ban ends (monotonic seconds) and the status it gets until then.
    _banned: dict[str, tuple[float, int]] = field(default_factory=dict)

    def check(self, address: str) -> None:
        """Count a request; raises HttpRefusal for a banned address. A ban that a fault ordered
        holds without the limit too."""
        now = time.monotonic()
        until, status = self._banned.get(address, (0.0, 0))
        if until > now:
            raise _refused(status)
        if not self.enabled:
            return
        seen = self._seen.setdefault(address, deque())
        while seen and seen[0] <= now - self.seconds:
            seen.popleft()
        seen.append(now)
        if len(seen) > self.requests:
            raise self.ban(address, self.ban_seconds)

    def ban(self, address: str, seconds: float, status: int = 403) -> HttpRefusal:
        """Refuse all calls from the address for so long; gives the refusal of this one."""
        self._banned[address] = (time.monotonic() + seconds, status)
        return _refused(status)

    def lift(self) -> None:
        self._banned.clear()
        self._seen.clear()


def _refused(status: int) -> HttpRefusal:
    return HttpRefusal(status, "access too frequent" if status == 403 else "")
