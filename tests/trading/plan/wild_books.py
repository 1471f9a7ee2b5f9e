"""Strategies for accounts of every kind: both position modes, linear (USDT and USDC), inverse and
spot, holdings off the step, long balances, closed markets, and what they owe."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Context, localcontext
from decimal import Decimal as D
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from exchange.types import Category, Instrument, Side
from models.states import MarketType
from tests.trading.plan_books import NOW, book, instrument, position
from trading.plans import Book, BookPosition, Owed, Plan
from trading.requests import Exemption, PnlFilter, PriceGuard, ReduceRequest, RestoreRequest, Scope

EXACT = Context(prec=200)
STEPS = [D("0.000001"), D("0.001"), D("0.05"), D("0.1"), D(1), D(10), D(100)]
QUOTES = {Category.LINEAR: ["USDT", "USDC"], Category.INVERSE: ["USD"], Category.SPOT: ["USDT"]}
DERIVATIVES = (Category.LINEAR, Category.INVERSE)
# Off the step by so much of a step: what old trades, airdrops and fees leave behind.
DUST = [D(0), D(0), D("0.37"), D("0.999999999999")]
ONE_WAY = [[(Side.BUY, 0)], [(Side.SELL, 0)]]
HEDGED = [[(Side.BUY, 1)], [(Side.SELL, 2)], [(Side.BUY, 1), (Side.SELL, 2)]]
# (least lots of an order, least worth, tick, is traded now)
KINDS = list(
    itertools.product(
        [1, 2, 5],
        [None, D(1), D(5), D(10)],
        [D("0.0001"), D("0.01"), D("0.5")],
        [True, True, True, True, False],
    )
)

# Of how many snapshots of a position how many tenths are restored already.
PARTS: list[list[int]] = [[], [0], [7], [0, 3], [0, 0]]

cases = settings(max_examples=50, deadline=None)
percents = st.integers(1, 10_000).map(lambda hundredths: D(hundredths) / 100)
fees = st.sampled_from([D(0), D("0.00055"), D("0.001"), D("0.0018"), D("0.01")])
# From 0.0001 to about 33,000, each with two or four decimals: one draw is quick.
prices = st.integers(3, 9_999_999).map(lambda n: D(n // 3).scaleb(-2 * (n % 3)))


@st.composite
def rules(draw: st.DrawFn, category: Category, symbol: str) -> Instrument:
    """One symbol's rules."""
    step = D(1) if category is Category.INVERSE else draw(st.sampled_from(STEPS))
    least, worth, tick, trading = draw(st.sampled_from(KINDS))
    most = step * draw(st.integers(10, 4000)) / 2
    quote = draw(st.sampled_from(QUOTES[category]))
    return instrument(
        category,
        symbol + quote,
        quote_coin=quote,
        settle_coin=symbol if category is Category.INVERSE else quote,
        lot_step=step,
        min_qty=step * least,
        max_market_qty=most,
        max_qty=most * 3,
        min_notional=worth,
        tick_size=tick,
        trading=trading,
    )


@st.composite
def positions(draw: st.DrawFn, of: Instrument, *, hedge: bool) -> list[BookPosition]:
    """The positions of one symbol: one of either side, or in hedge mode perhaps both."""
    if of.category is Category.SPOT:
        sides = [(Side.BUY, 0)]
    else:
        sides = draw(st.sampled_from(HEDGED if hedge else ONE_WAY))
    price = draw(prices)
    return [
        position(
            of.category,
            of.symbol,
            str(of.lot_step * draw(lots)),
            price=price,
            side=side,
            position_idx=index,
            unrealised_pnl=draw(st.sampled_from([None, D(-5), D(0), D(7)])),
            leverage=D(10),
        )
        for side, index in sides
    ]


lots = st.integers(1, 36_000).map(lambda n: (n // 4 + DUST[n % 4]) or D(1))


@st.composite
def accounts(draw: st.DrawFn, market: MarketType | None = None) -> Book:
    """A book of up to six symbols in one market type and one position mode."""
    market = market or draw(st.sampled_from(MarketType))
    hedge = market is MarketType.FUTURES and draw(st.booleans())
    held: list[BookPosition] = []
    traded: list[Instrument] = []
    for number in range(draw(st.integers(0, 4))):
        spot = market is MarketType.SPOT
        category = Category.SPOT if spot else draw(st.sampled_from(DERIVATIVES))
        traded.append(draw(rules(category, f"COIN{number}")))
        held += draw(positions(traded[-1], hedge=hedge))
    return book(held, traded, market_type=market, fee=draw(fees))


@st.composite
def scopes(draw: st.DrawFn, of: Book) -> Scope:
    """Any scope that names what the book trades, doubled exemptions and an account's included."""
    symbols = sorted({p.symbol for p in of.positions})
    scope = Scope(
        sides=draw(st.sampled_from([(), (), (Side.BUY,), (Side.SELL,), tuple(Side)])),
        pnl=draw(st.sampled_from([None, None, *PnlFilter])),
        categories=draw(st.sampled_from([(), (), (Category.LINEAR,), DERIVATIVES])),
    )
    if not symbols:
        return scope
    name = st.sampled_from(symbols)
    keep = st.integers(-2000, 4_000_000).map(lambda n: None if n < 0 else D(n).scaleb(-3))
    any_or_gone = st.one_of(name, st.just("DELISTED"))
    return replace(
        scope,
        symbols=tuple(draw(st.sampled_from([(), (), symbols[:1], symbols[1:]]))),
        exempt=tuple(draw(st.lists(st.builds(Exemption, name, keep), max_size=3))),
        account_exempt=tuple(draw(st.lists(st.builds(Exemption, any_or_gone, keep), max_size=2))),
    )


@st.composite
def reduces(draw: st.DrawFn, of: Book) -> ReduceRequest:
    """What a person may ask of this book."""
    percent = draw(st.one_of(percents, st.just(D(100))))
    return ReduceRequest(of.market_type, percent, draw(scopes(of)), draw(st.booleans()))


@st.composite
def reduced(draw: st.DrawFn, market: MarketType | None = None) -> tuple[Book, ReduceRequest]:
    """A book and what is asked of it."""
    held = draw(accounts(market))
    return held, draw(reduces(held))


guards = st.one_of(
    st.none(),
    st.builds(PriceGuard, max_slippage_bps=st.integers(0, 10_000)),
    st.just(PriceGuard(better_only=True)),
)


@st.composite
def debts(draw: st.DrawFn) -> tuple[list[Owed], Book, RestoreRequest]:
    """Snapshots, the book as it is when they are restored (positions grown, turned or gone,
    the mode perhaps changed, a listing or a price lost), and what is asked."""
    then = draw(accounts())
    closed = [
        (held, part, draw(st.booleans()) and held.category.is_derivative)
        for held in then.positions
        for part in draw(st.sampled_from(PARTS))
    ]
    owed = [
        Owed(
            snapshot_id=uuid.UUID(int=number),
            category=held.category,
            symbol=held.symbol,
            # Between two reduces a one-way position may have been turned round.
            side=held.side.opposite if held.position_idx == 0 and turned else held.side,
            position_idx=held.position_idx,
            qty_closed=held.size,
            qty_restored=held.size * part / 10,
            closed_price=held.mark_price * draw(st.sampled_from([D("0.9"), D(1), D("1.2")])),
            created_at=NOW + timedelta(seconds=draw(st.integers(0, 3))),
            leverage=held.leverage,
        )
        for number, (held, part, turned) in enumerate(closed)
    ]
    kept = [draw(_meanwhile(held)) for held in then.positions if draw(st.booleans())]
    lost = {key for key in then.instruments if draw(st.integers(0, 9)) == 0}
    unpriced = {key for key in then.prices if draw(st.integers(0, 9)) == 0}
    now = replace(
        then,
        positions=tuple({key_of(held): held for held in kept}.values()),
        instruments={k: v for k, v in then.instruments.items() if k not in lost},
        prices={k: v for k, v in then.prices.items() if k not in unpriced},
    )
    request = RestoreRequest(
        then.market_type,
        draw(st.one_of(percents, st.just(D(100)))),
        price_guard=draw(guards),
    )
    return owed, now, request


@st.composite
def _meanwhile(draw: st.DrawFn, held: BookPosition) -> BookPosition:
    """The same position some time later: as it was, turned round, or in the other mode."""
    change = draw(st.integers(0, 5))
    if held.category is Category.SPOT or change > 1:
        return held
    if change:
        return replace(held, side=held.side.opposite, position_idx=-held.position_idx % 3)
    return replace(held, position_idx=0 if held.position_idx else 1)


def owed_after(plan: Plan) -> list[Owed]:
    """What a reduce owes when every leg filled in full."""
    return [
        Owed(
            snapshot_id=uuid.UUID(int=number),
            category=leg.category,
            symbol=leg.symbol,
            side=leg.position_side,
            position_idx=leg.position_idx,
            qty_closed=leg.qty,
            qty_restored=D(0),
            closed_price=leg.price,
            created_at=NOW,
        )
        for number, leg in enumerate(plan.sendable)
    ]


def book_after(held: Book, plan: Plan) -> Book:
    """The book when every leg of the reduce filled in full; prices stay known."""
    closed = {key_of(leg): leg.qty for leg in plan.legs}
    with localcontext(EXACT):
        left = [replace(p, size=p.size - closed.get(key_of(p), D(0))) for p in held.positions]
    return replace(held, positions=tuple(p for p in left if p.size > 0))


def key_of(thing: Any) -> tuple[Category, str, int]:
    """What tells positions, legs and snapshots of one book apart."""
    return thing.category, thing.symbol, thing.position_idx
