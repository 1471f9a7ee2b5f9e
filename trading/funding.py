"""Funding settled while a position was closed: asked for where there was any, kept for the hour."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from core.logs import get_logger
from exchange.gateway import Gateway
from exchange.outcomes import ExchangeError
from exchange.types import Category, FundingRate
from trading.plans import Market, Owed
from trading.restore_cost import Rates

log = get_logger(__name__)

Settled = tuple[FundingRate, ...]
Place = tuple[str, Category, str]
"""Environment, category, symbol: the rates are the same for every account there."""


@dataclass(frozen=True, slots=True)
class _Kept:
    since: datetime
    settled: Settled


class FundingBook:
    """The process's settled rates. Nothing is settled between two whole hours, so what was read is
    good until the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hour: datetime | None = None
        self._kept: dict[Place, _Kept] = {}

    def settled(self, gateway: Gateway, place: Place, since: datetime, now: datetime) -> Settled:
        """All since a moment, perhaps more. Raises what the gateway's reading raises."""
        hour = last_hour(now)
        with self._lock:
            if self._hour != hour:
                self._hour = hour
                self._kept.clear()
            kept = self._kept.get(place)
        if kept is not None and kept.since <= since:
            return kept.settled
        _, category, symbol = place
        found = tuple(gateway.funding_rates(category, symbol, since, now))
        with self._lock:
            if self._hour == hour:
                self._kept[place] = _Kept(since, found)
        return found


Told = tuple[Market, Settled | None]


def questions(
    book: FundingBook, gateway: Gateway, environment: str, owed: Sequence[Owed], now: datetime
) -> list[Callable[[], Told]]:
    """One for each market with a whole hour between its first closing and now; none of them raises
    for what the exchange answers. For the couriers; `rates_of` takes the results."""
    closed: dict[Market, datetime] = {}
    for item in owed:
        if item.category.is_derivative and item.created_at < last_hour(now):
            market = (item.category, item.symbol)
            closed[market] = min(item.created_at, closed.get(market, item.created_at))
    return [
        partial(_ask, book, gateway, environment, market, since, now)
        for market, since in closed.items()
    ]


def rates_of(told: Sequence[Told]) -> Rates:
    """The answers by market."""
    return dict(told)


def last_hour(now: datetime) -> datetime:
    """The last whole hour of UTC: settlements are on whole hours."""
    return now.replace(minute=0, second=0, microsecond=0)


def _ask(
    book: FundingBook,
    gateway: Gateway,
    environment: str,
    market: Market,
    since: datetime,
    now: datetime,
) -> Told:
    category, symbol = market
    try:
        return market, book.settled(gateway, (environment, category, symbol), since, now)
    except ExchangeError as error:
        log.warning("funding.unknown", symbol=symbol, error=type(error).__name__, code=error.code)
        return market, None
