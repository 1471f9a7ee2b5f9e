"""Book, plan, reduce, snapshots, restore."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, ConfigDict, Field, WithJsonSchema

from exchange.types import Category, Side
from models.states import JobKind, MarketType
from trading.requests import (
    Exemption,
    PnlFilter,
    PriceGuard,
    ReduceRequest,
    RestoreRequest,
    Scope,
)
from web.schemas.fields import Amount, Cursor, Out, Percent, Quantity, Strict, Symbol
from web.schemas.jobs import RoundTrip
from web.schemas.second_factors import ConfirmationIn

Market = Annotated[MarketType, Field(validation_alias=AliasChoices("market_type", "marketType"))]
_MAX_DELAY_MS = 60_000
_VISIBLE = r"^[\x21-\x7e]+$"
MANY = 500


class ExemptionIn(Strict):
    symbol: Symbol
    keep_qty: Quantity | None = None

    def domain(self) -> Exemption:
        return Exemption(self.symbol, self.keep_qty)


class ScopeIn(Strict):
    """Which positions; an empty field restricts nothing."""

    symbols: list[Symbol] = Field([], max_length=MANY)
    sides: list[Side] = Field([], max_length=2)
    pnl: PnlFilter | None = None
    categories: list[Category] = Field([], max_length=3)
    exempt: list[ExemptionIn] = Field([], max_length=MANY)


class ReducePreview(Strict):
    market_type: Market
    percent: Percent
    scope: ScopeIn = ScopeIn()
    round_up: bool = False
    account_id: uuid.UUID | None = None

    def request(self) -> ReduceRequest:
        scope = self.scope
        return ReduceRequest(
            market_type=self.market_type,
            percent=self.percent,
            round_up=self.round_up,
            scope=Scope(
                symbols=tuple(dict.fromkeys(scope.symbols)),
                sides=tuple(dict.fromkeys(scope.sides)),
                pnl=scope.pnl,
                categories=tuple(dict.fromkeys(scope.categories)),
                exempt=tuple(exempt.domain() for exempt in scope.exempt),
            ),
        )


class ReduceIn(ReducePreview):
    delay_ms: int = Field(0, ge=0, le=_MAX_DELAY_MS)
    confirmation: ConfirmationIn | None = None


class PriceGuardIn(Strict):
    max_slippage_bps: int | None = Field(None, ge=0, le=10_000)
    better_only: bool = False


class RestorePreview(Strict):
    market_type: Market
    snapshot_ids: list[uuid.UUID] | None = Field(None, min_length=1, max_length=MANY)
    percent: Percent = Field("100", validate_default=True)
    price_guard: PriceGuardIn | None = None
    set_leverage: bool = False
    account_id: uuid.UUID | None = None

    def request(self) -> RestoreRequest:
        guard = self.price_guard
        ids = self.snapshot_ids
        return RestoreRequest(
            market_type=self.market_type,
            percent=self.percent,
            snapshot_ids=None if ids is None else tuple(dict.fromkeys(ids)),
            price_guard=None
            if guard is None
            else PriceGuard(guard.max_slippage_bps, guard.better_only),
            set_leverage=self.set_leverage,
        )


class RestoreIn(RestorePreview):
    delay_ms: int = Field(0, ge=0, le=_MAX_DELAY_MS)
    confirmation: ConfirmationIn | None = None


class MarketQuery(Strict):
    market_type: Market
    account_id: uuid.UUID | None = None


class SnapshotQuery(MarketQuery):
    cursor: Cursor | None = None
    limit: int = Field(100, ge=1, le=200)


class IdempotencyHeader(Out):
    """The key is checked by hand, so that its absence has its own problem; the document tells it
    as it has to be."""

    model_config = ConfigDict(json_schema_extra={"required": ["Idempotency-Key"]})

    idempotency_key: Annotated[
        str | None,
        WithJsonSchema({"type": "string", "pattern": _VISIBLE, "minLength": 1, "maxLength": 255}),
    ] = Field(None, max_length=4096, alias="Idempotency-Key")


class PositionOut(Out):
    symbol: str
    category: Category
    side: Side
    size: Amount
    position_idx: int
    entry_price: Amount | None
    mark_price: Amount
    value: Amount
    unrealised_pnl: Amount | None
    leverage: Amount | None
    margin: Amount | None
    liq_price: Amount | None
    take_profit: Amount | None
    stop_loss: Amount | None
    restorable: Amount
    base_coin: str
    settle_coin: str
    lot_step: Amount | None
    tick_size: Amount | None
    min_qty: Amount | None
    min_notional: Amount | None


class BookTotals(Out):
    """In dollars. `margin_used` is null for spot, and where the exchange does not tell it."""

    value: Amount
    unrealised_pnl: Amount
    margin_used: Amount | None
    long_value: Amount
    short_value: Amount


class BookOut(Out):
    account_id: uuid.UUID
    market_type: MarketType
    as_of: datetime
    totals: BookTotals
    items: list[PositionOut]
    next_cursor: None = None


class PlanLegOut(Out):
    """`take_profit` and `stop_loss` are what a restore will set again; `leg_net` is the leg's
    share of what coming back costs, in `settle_coin`. All null for a reduce."""

    symbol: str
    category: Category
    position_side: Side
    side: Side
    position_idx: int
    size_now: Amount
    size_after: Amount
    qty: Amount
    notional: Amount
    price: Amount
    fee_estimate: Amount
    reduce_only: bool
    effective_percent: Amount
    limit_price: Amount | None
    state: str
    reason: str | None
    reason_text: str | None
    slices: int
    snapshot_id: uuid.UUID | None
    closed_price: Amount | None
    take_profit: Amount | None
    stop_loss: Amount | None
    leverage: Amount | None
    leg_net: Amount | None
    settle_coin: str


class PresetOut(Out):
    percent: Amount
    feasible: bool
    effective_percent: Amount


class PlanTotals(Out):
    notional: Amount
    fee_estimate: Amount
    legs: int
    skipped: int


class PlanOut(Out):
    """`needs_confirmation`: the job would be answered 403 `confirmation_required` without one."""

    market_type: MarketType
    kind: JobKind
    percent: Amount
    effective_percent: Amount
    totals: PlanTotals
    presets: list[PresetOut]
    legs: list[PlanLegOut]
    cost: RoundTrip | None
    as_of: datetime
    needs_confirmation: bool


class SnapshotOut(Out):
    id: uuid.UUID
    job_id: uuid.UUID
    leg_id: uuid.UUID
    symbol: str
    category: Category
    market_type: MarketType
    side: Side
    position_idx: int
    qty_closed: Amount
    qty_restored: Amount
    qty_restorable: Amount
    closed_price: Amount
    leverage: Amount | None
    take_profit: Amount | None
    stop_loss: Amount | None
    created_at: datetime


class SnapshotTotals(Out):
    count: int


class Snapshots(Out):
    items: list[SnapshotOut]
    next_cursor: str | None
    totals: SnapshotTotals
