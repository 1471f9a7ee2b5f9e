"""Books, exposure and snapshots as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.numbers import ZERO
from exchange.types import Category, Side
from models.fills import Snapshot
from models.states import MarketType
from models.users import Account
from trading.exposure import History
from trading.plans import Book
from web.present.words import cents
from web.schemas.exposure import ExposureJob, ExposureOut, ExposurePoint
from web.schemas.positions import (
    BookOut,
    BookTotals,
    PositionOut,
    SnapshotOut,
)

Owed = Mapping[tuple[str, str, str, int], Decimal]
"""What is restorable, by (category, symbol, side, position_idx)."""


def book(row: Account, found: Book, owed: Owed) -> BookOut:
    items = []
    for position in found.positions:
        rules = found.instruments.get((position.category, position.symbol))
        key = (position.category.value, position.symbol, position.side.value, position.position_idx)
        items.append(
            PositionOut(
                symbol=position.symbol,
                category=position.category,
                side=position.side,
                size=position.size,
                position_idx=position.position_idx,
                entry_price=position.entry_price,
                mark_price=position.mark_price,
                value=cents(position.value),
                unrealised_pnl=None
                if position.unrealised_pnl is None
                else cents(position.unrealised_pnl),
                leverage=position.leverage,
                margin=None if position.margin is None else cents(position.margin),
                liq_price=position.liq_price,
                take_profit=position.take_profit,
                stop_loss=position.stop_loss,
                restorable=owed.get(key, ZERO),
                base_coin=rules.base_coin if rules else "",
                settle_coin=rules.settle_coin if rules else "",
                lot_step=rules.lot_step if rules else None,
                tick_size=rules.tick_size if rules else None,
                min_qty=rules.min_qty if rules else None,
                min_notional=rules.min_notional if rules else None,
            )
        )
    items.sort(key=lambda item: item.value, reverse=True)
    return BookOut(
        account_id=row.id,
        market_type=found.market_type,
        as_of=found.as_of,
        totals=BookTotals(
            value=sum((item.value for item in items), ZERO),
            unrealised_pnl=sum((item.unrealised_pnl or ZERO for item in items), ZERO),
            margin_used=_margin_used(found),
            long_value=_sided(items, Side.BUY),
            short_value=_sided(items, Side.SELL),
        ),
        items=items,
    )


def _margin_used(found: Book) -> Decimal | None:
    """None for spot, and where the exchange does not tell it of every position: a part would be
    taken for the whole."""
    known = [position.margin for position in found.positions if position.margin is not None]
    if found.market_type is MarketType.SPOT or len(known) < len(found.positions):
        return None
    return cents(sum(known, ZERO))


def _sided(items: Sequence[PositionOut], side: Side) -> Decimal:
    return sum((item.value for item in items if item.side is side), ZERO)


def exposure(row: Account, market: MarketType, found: History) -> ExposureOut:
    return ExposureOut(
        account_id=row.id,
        market_type=market,
        items=[
            ExposurePoint(
                at=sample.at,
                long_value=cents(sample.long_value),
                short_value=cents(sample.short_value),
            )
            for sample in found.samples
        ],
        jobs=[
            ExposureJob(
                id=done.id,
                kind=done.kind,
                percent=done.percent,
                state=done.state,
                at=done.finished_at,
            )
            for done in found.jobs
            if done.finished_at is not None
        ],
    )


def snapshot(row: Snapshot) -> SnapshotOut:
    return SnapshotOut(
        id=row.id,
        job_id=row.job_id,
        leg_id=row.leg_id,
        symbol=row.symbol,
        category=Category(row.category),
        market_type=row.market_type,
        side=Side(row.side),
        position_idx=row.position_idx,
        qty_closed=row.qty_closed,
        qty_restored=row.qty_restored,
        qty_restorable=row.qty_closed - row.qty_restored,
        closed_price=row.closed_price,
        leverage=row.leverage,
        take_profit=row.take_profit,
        stop_loss=row.stop_loss,
        created_at=row.created_at,
    )
