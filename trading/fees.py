"""Taker fees by account, kept for minutes: they change with the VIP level, not with the market."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from decimal import Decimal

from core import clock
from exchange.gateway import Gateway
from exchange.types import Category

_TTL_SECONDS = 600.0


class FeeBook:
    """A small cache of fee rates; a failed read is the caller's to handle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rates: dict[tuple[uuid.UUID, Category], tuple[float, Mapping[str, Decimal]]] = {}

    def takers(
        self, account_id: uuid.UUID, gateway: Gateway, category: Category
    ) -> Mapping[str, Decimal]:
        """Taker fee as a fraction of the notional, by symbol."""
        key = (account_id, category)
        with self._lock:
            kept = self._rates.get(key)
        if kept is not None and clock.monotonic() - kept[0] < _TTL_SECONDS:
            return kept[1]
        rates = {symbol: rate.taker for symbol, rate in gateway.fee_rates(category).items()}
        with self._lock:
            self._rates[key] = (clock.monotonic(), rates)
        return rates

    def forget(self, account_id: uuid.UUID) -> None:
        with self._lock:
            for key in [key for key in self._rates if key[0] == account_id]:
                del self._rates[key]
