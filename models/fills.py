"""Fills, which the exchange proved, and snapshots, which are what fills made restorable."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Amount, Base, CreatedAt, Moment, RowId, words
from models.states import MarketType


class Fill(Base):
    """One execution reported by the exchange. `value` in the exchange's own unit
    (inverse: base coin)."""

    __tablename__ = "fills"
    __table_args__ = (
        UniqueConstraint("account_id", "exec_id"),
        CheckConstraint("qty > 0 and price > 0", name="positive"),
        Index("ix_fills_attempt_id", "attempt_id"),
        Index("ix_fills_job_id", "job_id"),
        Index("ix_fills_leg_id", "leg_id"),
    )

    id: Mapped[RowId]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id"))
    leg_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("legs.id"))
    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempts.id"))
    exec_id: Mapped[str] = mapped_column(String(64))
    price: Mapped[Amount]
    qty: Mapped[Amount]
    value: Mapped[Amount]
    fee: Mapped[Amount]
    fee_currency: Mapped[str] = mapped_column(String(32))
    executed_at: Mapped[Moment]
    created_at: Mapped[CreatedAt]


class Snapshot(Base):
    """What a reduce leg really closed and can be restored. `side` is the position's side.

    `qty_restored` is the net quantity that restore fills gave back: for spot, what was bought
    less the fee that was taken in coin, and never above `qty_closed`.
    """

    __tablename__ = "snapshots"
    __table_args__ = (
        UniqueConstraint("leg_id"),
        CheckConstraint("qty_closed > 0", name="closed"),
        CheckConstraint(
            "qty_restored >= 0 and qty_restored <= qty_closed", name="never_over_restored"
        ),
        Index(
            "ix_snapshots_restorable",
            "account_id",
            "market_type",
            "id",
            postgresql_where=text("qty_restored < qty_closed"),
        ),
        # Whoever deletes a job must know that no snapshot refers to it.
        Index("ix_snapshots_job_id", "job_id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id"))
    leg_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("legs.id"))
    market_type: Mapped[MarketType] = mapped_column(words(MarketType, "market_type"))
    category: Mapped[str] = mapped_column(String(8))
    symbol: Mapped[str] = mapped_column(String(32))
    side: Mapped[str] = mapped_column(String(4))
    position_idx: Mapped[int]
    qty_closed: Mapped[Amount]
    qty_restored: Mapped[Amount]
    closed_price: Mapped[Amount]
    leverage: Mapped[Amount | None]
    take_profit: Mapped[Amount | None]
    stop_loss: Mapped[Amount | None]
    created_at: Mapped[CreatedAt]


def closing_fees(
    session: Session, snapshot_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, dict[str, Decimal]]:
    """What closing each of these cost: snapshot → coin → amount. Complete while a snapshot can be
    restored: until then retention keeps its fills."""
    rows = session.execute(
        select(Snapshot.id, Fill.fee_currency, func.sum(Fill.fee))
        .join(Fill, Fill.leg_id == Snapshot.leg_id)
        .where(Snapshot.id.in_(snapshot_ids))
        .group_by(Snapshot.id, Fill.fee_currency)
    )
    fees: dict[uuid.UUID, dict[str, Decimal]] = {}
    for snapshot_id, coin, amount in rows:
        fees.setdefault(snapshot_id, {})[coin] = amount
    return fees


def restorable(
    session: Session,
    account_id: uuid.UUID,
    market_type: MarketType,
    *,
    before: uuid.UUID | None = None,
    limit: int | None = None,
) -> list[Snapshot]:
    """Snapshots with something left to give back, newest first; `before` is the cursor."""
    query = (
        select(Snapshot)
        .where(
            Snapshot.account_id == account_id,
            Snapshot.market_type == market_type,
            Snapshot.qty_restored < Snapshot.qty_closed,
        )
        .order_by(Snapshot.id.desc())
    )
    if before is not None:
        query = query.where(Snapshot.id < before)
    if limit is not None:
        query = query.limit(limit)
    return list(session.scalars(query))
