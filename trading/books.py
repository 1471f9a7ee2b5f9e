"""Read an account's book from the exchange into the planner's form."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from core import clock
from exchange.gateway import Gateway
from exchange.types import Balance, Category, Instrument, Position, Side, Ticker
from models.states import MarketType
from trading.desk import Desk
from trading.plans import Book, BookPosition, Market

T = TypeVar("T")
CATEGORIES: Mapping[MarketType, tuple[Category, ...]] = {
    MarketType.FUTURES: (Category.LINEAR, Category.INVERSE),
    MarketType.SPOT: (Category.SPOT,),
}
# One question to the exchange each: it lists linear positions by their settle coin.
_QUERIES: Mapping[MarketType, tuple[tuple[Category, str | None], ...]] = {
    MarketType.FUTURES: (
        (Category.LINEAR, "USDT"),
        (Category.LINEAR, "USDC"),
        (Category.INVERSE, None),
    ),
    MarketType.SPOT: ((Category.SPOT, None),),
}
SPOT_QUOTE = "USDT"
# Cash is what a holding is sold into, not a position.
CASH = frozenset(
    {"USDT", "USDC", "DAI", "USDE", "FDUSD", "TUSD", "BUSD", "PYUSD", "USD1", "USDD", "RLUSD"}
    | {"USD", "EUR", "GBP", "BRL", "TRY", "PLN", "UAH", "RUB", "KZT", "AUD", "JPY"}
)


def read_book(
    desk: Desk,
    gateway: Gateway,
    market_type: MarketType,
    *,
    account_id: uuid.UUID,
    all_prices: bool = False,
) -> Book:
    """The book now, all of it read at once. `all_prices` reads the tickers of futures too: a
    restore needs the price of a symbol that has no position any more. Raises what the gateway's
    readings raise."""
    categories = CATEGORIES[market_type]
    quoted = categories if all_prices or market_type is MarketType.SPOT else ()
    acts: list[Callable[[], Any]] = [
        *(partial(_positions, gateway, *query) for query in _QUERIES[market_type]),
        *(partial(gateway.tickers, category) for category in quoted),
        *(partial(desk.fees.takers, account_id, gateway, category) for category in categories),
        *(partial(gateway.instruments, category) for category in categories),
    ]
    results = iter(desk.couriers.all(acts))
    held = [next(results) for _ in _QUERIES[market_type]]
    tickers = {category: next(results) for category in quoted}
    rates = {category: next(results) for category in categories}
    rules = {category: next(results) for category in categories}

    prices: dict[Market, Decimal] = {
        (category, symbol): ticker.mark
        for category, found in tickers.items()
        for symbol, ticker in found.items()
    }
    if market_type is MarketType.SPOT:
        positions = _holdings(held[0], rules[Category.SPOT], tickers[Category.SPOT])
    else:
        positions = [_futures(position) for found in held for position in found]
        prices |= {(p.category, p.symbol): p.mark_price for p in positions}
    takers = _by_market(rates)
    instruments = _by_market(rules)
    return Book(
        market_type=market_type,
        positions=tuple(positions),
        instruments=instruments,
        prices=prices,
        taker_fees=takers,
        as_of=clock.utcnow(),
    )


def _positions(
    gateway: Gateway, category: Category, settle_coin: str | None
) -> list[Position] | list[Balance]:
    if category is Category.SPOT:
        return gateway.balances()
    return gateway.positions(category, settle_coin)


def _by_market(found: Mapping[Category, Mapping[str, T]]) -> dict[Market, T]:
    return {
        (category, symbol): value
        for category, values in found.items()
        for symbol, value in values.items()
    }


def _futures(position: Position) -> BookPosition:
    inverse = position.category is Category.INVERSE
    return BookPosition(
        category=position.category,
        symbol=position.symbol,
        side=position.side,
        size=position.size,
        position_idx=position.position_idx,
        mark_price=position.mark_price,
        value=position.size if inverse else position.size * position.mark_price,
        entry_price=position.entry_price,
        unrealised_pnl=_in_quote(position, position.unrealised_pnl),
        leverage=position.leverage,
        margin=_in_quote(position, position.margin),
        liq_price=position.liq_price,
        take_profit=position.take_profit,
        stop_loss=position.stop_loss,
    )


def _in_quote(position: Position, amount: Decimal | None) -> Decimal | None:
    """Inverse worth, profit and margin come in coins; people compare in the quote currency."""
    if amount is None or position.category is not Category.INVERSE:
        return amount
    return amount * position.mark_price


def _holdings(
    balances: list[Balance], rules: Mapping[str, Instrument], tickers: Mapping[str, Ticker]
) -> list[BookPosition]:
    holdings = []
    for balance in balances:
        symbol = f"{balance.coin}{SPOT_QUOTE}"
        if balance.coin in CASH or balance.sellable <= 0 or symbol not in rules:
            continue
        ticker = tickers.get(symbol)
        if ticker is None:
            continue
        holdings.append(
            BookPosition(
                category=Category.SPOT,
                symbol=symbol,
                side=Side.BUY,
                size=balance.sellable,
                position_idx=0,
                mark_price=ticker.mark,
                value=balance.sellable * ticker.mark,
            )
        )
    return holdings
