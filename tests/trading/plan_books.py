"""Hypothesis strategies for books, and the small books of examples."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from exchange.types import Category, Instrument, Side
from models.states import MarketType
from trading.plans import Book, BookPosition
from trading.requests import Exemption, PnlFilter, ReduceRequest, Scope

NOW = datetime(2026, 1, 1, tzinfo=UTC)
D = Decimal
STEPS = [D("0.001"), D("0.01"), D("0.1"), D(1), D(10), D(100)]


def instrument(category: Category, symbol: str, **more: Any) -> Instrument:
    given: dict[str, Any] = {
        "category": category,
        "symbol": symbol,
        "base_coin": symbol[:-4],
        "quote_coin": "USDT",
        "settle_coin": "USDT",
        "trading": True,
        "lot_step": D("0.001"),
        "min_qty": D("0.001"),
        "max_qty": D(5000),
        "max_market_qty": D(1000),
        "min_notional": D(5),
        "tick_size": D("0.01"),
    }
    return Instrument(**{**given, **more})


def position(category: Category, symbol: str, size: str, **more: Any) -> BookPosition:
    price = more.pop("price", D(100))
    given: dict[str, Any] = {
        "category": category,
        "symbol": symbol,
        "side": Side.BUY,
        "size": D(size),
        "position_idx": 0,
        "mark_price": price,
        "value": D(size) * price,
    }
    return BookPosition(**{**given, **more})


def book(positions: list[BookPosition], instruments: list[Instrument], **more: Any) -> Book:
    fee = more.pop("fee", D("0.001"))
    markets = {(rules.category, rules.symbol): rules for rules in instruments}
    prices = {(p.category, p.symbol): p.mark_price for p in positions}
    return Book(
        market_type=more.pop("market_type", MarketType.FUTURES),
        positions=tuple(positions),
        instruments=markets,
        prices={**prices, **more.pop("prices", {})},
        taker_fees=dict.fromkeys(markets, fee),
        as_of=NOW,
    )


@st.composite
def books(draw: st.DrawFn, categories: tuple[Category, ...] = tuple(Category)) -> Book:
    """Up to six positions with steps, minimums, limits and prices of their own."""
    positions, instruments = [], []
    for number in range(draw(st.integers(0, 6))):
        category = draw(st.sampled_from(categories))
        step = draw(st.sampled_from(STEPS))
        price = draw(st.decimals(D("0.0001"), D(90_000), places=4))
        symbol = f"S{number}USDT"
        rules = instrument(
            category,
            symbol,
            lot_step=step,
            min_qty=step * draw(st.sampled_from([1, 1, 5])),
            max_market_qty=step * draw(st.integers(1, 2000)),
            min_notional=draw(st.sampled_from([None, D(5), D(10)])),
            trading=draw(st.integers(0, 9)) > 0,
        )
        lots = draw(st.integers(1, 5000))
        dust = draw(st.sampled_from([D(0), D("0.37")])) if category is Category.SPOT else D(0)
        instruments.append(rules)
        sides = [Side.BUY] if category is Category.SPOT else list(Side)
        positions.append(
            position(
                category,
                symbol,
                str(step * (lots + dust)),
                price=price,
                side=draw(st.sampled_from(sides)),
                unrealised_pnl=draw(st.sampled_from([None, D(-5), D(0), D(7)])),
            )
        )
    return book(positions, instruments, fee=draw(st.sampled_from([D(0), D("0.001"), D("0.01")])))


percents = st.integers(1, 10_000).map(lambda hundredths: D(hundredths) / 100)


@st.composite
def requests(draw: st.DrawFn, of: Book) -> ReduceRequest:
    symbols = [p.symbol for p in of.positions]
    some = st.lists(st.sampled_from(symbols), unique=True) if symbols else st.just([])
    scope = Scope(
        symbols=tuple(draw(some)),
        sides=tuple(draw(st.lists(st.sampled_from(Side), unique=True))),
        pnl=draw(st.sampled_from([None, *PnlFilter])),
        exempt=tuple(
            Exemption(symbol, draw(st.sampled_from([None, D(0), D("1.5"), D(10)])))
            for symbol in draw(some)
        ),
    )
    return ReduceRequest(of.market_type, draw(percents), scope, draw(st.booleans()))
