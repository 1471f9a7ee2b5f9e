"""Read an account's book from the exchange into the planner's form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal

from core import clock
from exchange.gateway import Gateway
from exchange.types import Balance, Category, Instrument, Position, Side, Ticker
from models.states import MarketType
from trading.fees import FeeBook
from trading.plans import Book, BookPosition, Market

CATEGORIES: Mapping[MarketType, tuple[Category, ...]] = {
    MarketType.FUTURES: (Category.LINEAR, Category.INVERSE),
    MarketType.SPOT: (Category.SPOT,),
}
SPOT_QUOTE = "USDT"
# Cash is what a holding is sold into, not a position.
CASH = frozenset(
    {"USDT", "USDC", "DAI", "USDE", "FDUSD", "TUSD", "BUSD", "PYUSD", "USD1", "USDD", "RLUSD"}
    | {"USD", "EUR", "GBP", "BRL", "TRY", "PLN", "UAH", "RUB", "KZT", "AUD", "JPY"}
)


def read_book(
    gateway: Gateway,
    market_type: MarketType,
    *,
    account_id: uuid.UUID,
    fees: FeeBook,
    all_prices: bool = False,
) -> Book:
    """The book now. `all_prices` reads the tickers of futures too: a restore needs the price of
    a symbol that has no position any more. Raises what the gateway's readings raise."""
    instruments: dict[Market, Instrument] = {}
    prices: dict[Market, Decimal] = {}
    takers: dict[Market, Decimal] = {}
    positions: list[BookPosition] = []
    for category in CATEGORIES[market_type]:
        rules = gateway.instruments(category)
        instruments |= {(category, symbol): rule for symbol, rule in rules.items()}
        takers |= {
            (category, symbol): taker
            for symbol, taker in fees.takers(account_id, gateway, category).items()
        }
        if all_prices or category is Category.SPOT:
            tickers = gateway.tickers(category)
            prices |= {(category, symbol): ticker.mark for symbol, ticker in tickers.items()}
        if category is Category.SPOT:
            positions += _holdings(gateway.balances(), rules, tickers)
        else:
            found = gateway.positions(category)
            positions += [_futures(position) for position in found]
            prices |= {(category, p.symbol): p.mark_price for p in found}
    return Book(
        market_type=market_type,
        positions=tuple(positions),
        instruments=instruments,
        prices=prices,
        taker_fees=takers,
        as_of=clock.utcnow(),
    )


def _futures(position: Position) -> BookPosition:
    inverse = position.category is Category.INVERSE
    # Inverse worth and profit come in coins; people compare in the quote currency.
    return BookPosition(
        category=position.category,
        symbol=position.symbol,
        side=position.side,
        size=position.size,
        position_idx=position.position_idx,
        mark_price=position.mark_price,
        value=position.size if inverse else position.size * position.mark_price,
        entry_price=position.entry_price,
        unrealised_pnl=position.unrealised_pnl * position.mark_price
        if inverse
        else position.unrealised_pnl,
        leverage=position.leverage,
        take_profit=position.take_profit,
        stop_loss=position.stop_loss,
    )


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
