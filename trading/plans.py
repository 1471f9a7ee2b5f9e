"""The planner's values: a book and what is owed go in, a plan of legs comes out. No behaviour."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from exchange.types import Category, Instrument, Side
from models.states import JobKind, MarketType


@dataclass(frozen=True, slots=True)
class BookPosition:
    """One position of a book: a futures position, or a spot holding (side Buy, idx 0, no entry).

    `size` in order units (inverse: contracts); `value`, `unrealised_pnl` and `margin` (initial
    margin used) in quote currency.
    """

    category: Category
    symbol: str
    side: Side
    size: Decimal
    position_idx: int
    mark_price: Decimal
    value: Decimal
    entry_price: Decimal | None = None
    unrealised_pnl: Decimal | None = None
    leverage: Decimal | None = None
    margin: Decimal | None = None
    liq_price: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None


Market = tuple[Category, str]
"""A tradable thing: a symbol means different instruments in different categories."""


@dataclass(frozen=True, slots=True)
class Book:
    """All positions of one account in one market type at one moment, with the rules and prices
    to plan by. `prices`: the mark price of each market; `taker_fees`: fraction of notional."""

    market_type: MarketType
    positions: tuple[BookPosition, ...]
    instruments: Mapping[Market, Instrument]
    prices: Mapping[Market, Decimal]
    taker_fees: Mapping[Market, Decimal]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """A snapshot as the planner sees it: what a reduce closed and what of it is still owed.
    `side` is the position's side, not the order's."""

    snapshot_id: uuid.UUID
    category: Category
    symbol: str
    side: Side
    position_idx: int
    qty_closed: Decimal
    qty_restored: Decimal
    closed_price: Decimal
    created_at: datetime
    leverage: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None

    @property
    def remainder(self) -> Decimal:
        return self.qty_closed - self.qty_restored


@dataclass(frozen=True, slots=True)
class PlannedLeg:
    """One leg. `reason` None means it is to be sent; otherwise it is skipped for that reason.

    `qty` is the order quantity in all (over all slices); `max_order_qty` the most one order may
    carry. `owed_qty` (restore) is what of the snapshot the leg gives back: for spot it is less
    than `qty`, since the fee comes out of the coins bought. `size_now`/`size_after` in order
    units of the position. `effective_percent` of `size_now` (reduce) or of the remainder
    (restore). `notional`, `fee_estimate` in quote currency. `take_profit`, `stop_loss`: the
    position's (reduce), or what is to be set again since they went with it (restore).
    `closed_price`: of the snapshot. `settle_coin`: "" where the instrument is gone.
    """

    category: Category
    symbol: str
    position_side: Side
    side: Side
    position_idx: int
    reduce_only: bool
    size_now: Decimal
    size_after: Decimal
    qty: Decimal
    owed_qty: Decimal
    max_order_qty: Decimal
    price: Decimal
    notional: Decimal
    fee_estimate: Decimal
    effective_percent: Decimal
    limit_price: Decimal | None = None
    reason: str | None = None
    snapshot_id: uuid.UUID | None = None
    leverage: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    closed_price: Decimal | None = None
    settle_coin: str = ""

    @property
    def is_sendable(self) -> bool:
        return self.reason is None

    @property
    def slices(self) -> int:
        """How many orders the quantity takes, 0 for a skipped leg."""
        if not self.is_sendable:
            return 0
        return int((self.qty / self.max_order_qty).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Preset:
    """Whether a round percentage does anything at all to this book, and what it comes to."""

    percent: Decimal
    feasible: bool
    effective_percent: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The legs of a job, biggest notional first, skipped ones last; computed once, never again."""

    kind: JobKind
    market_type: MarketType
    percent: Decimal
    effective_percent: Decimal
    legs: tuple[PlannedLeg, ...]
    as_of: datetime
    presets: tuple[Preset, ...] = field(default=())

    @property
    def sendable(self) -> tuple[PlannedLeg, ...]:
        return tuple(leg for leg in self.legs if leg.is_sendable)

    @property
    def notional(self) -> Decimal:
        """What all legs together come to, in dollars: quote currency is one of its kinds."""
        return sum((leg.notional for leg in self.legs), Decimal(0))
