"""Signals: what the community watches now, pinned in its chat while it is live.

`live → closed | expired`, and from each of the three `→ settled`, which is the end.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    String,
    UniqueConstraint,
    delete,
    func,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Amount, Base, CreatedAt, Moment, RowId, words
from models.broadcasts import PinState


class SignalState(StrEnum):
    """What became of it. `expired` is what its time did, `closed` what an operator did."""

    LIVE = "live"
    CLOSED = "closed"
    SETTLED = "settled"
    EXPIRED = "expired"


class SignalResult(StrEnum):
    """How a settled one ended."""

    WON = "won"
    LOST = "lost"
    VOID = "void"


class PostState(StrEnum):
    """How far its message is; `withdrawn`: it was over before the message was sent."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


_LIVE = sql("state = 'live'")


class Signal(Base):
    """One signal. It belongs to the community: `created_by` is its author's pseudonym, as in the
    audit log, and it stays when they go."""

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("created_by", "idempotency_key"),
        CheckConstraint("confidence between 0 and 1", name="confidence"),
        CheckConstraint("(state = 'settled') = (result is not null)", name="settled_has_result"),
        CheckConstraint("sport is not null or market is not null", name="has_field"),
        Index("ix_signals_expires_at", "expires_at", postgresql_where=_LIVE),
        Index("ix_signals_state_id", "state", "id"),
    )

    id: Mapped[RowId]
    type: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(256))
    market_id: Mapped[str] = mapped_column(String(64))
    # 0 to 1.
    confidence: Mapped[Amount]
    # Expected value, in percent.
    ev: Mapped[Amount]
    sport: Mapped[str | None] = mapped_column(String(64))
    market: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[Moment]
    state: Mapped[SignalState] = mapped_column(
        words(SignalState, "state"),
        default=SignalState.LIVE,
        server_default=SignalState.LIVE.value,
    )
    result: Mapped[SignalResult | None] = mapped_column(words(SignalResult, "result"))
    pnl: Mapped[Amount | None]
    # The language of its message.
    language: Mapped[str] = mapped_column(String(2))
    # Grows with every change: of several edits of the message each is owed under its own key.
    version: Mapped[int] = mapped_column(default=1, server_default=sql("1"))
    # Where its message is, once it is owed; the bot and the chat may be others by the time it ends.
    bot_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    send_id: Mapped[uuid.UUID | None]
    post_state: Mapped[PostState] = mapped_column(
        words(PostState, "post_state"),
        default=PostState.SENDING,
        server_default=PostState.SENDING.value,
    )
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    pin_state: Mapped[PinState] = mapped_column(
        words(PinState, "pin_state"), default=PinState.OWED, server_default=PinState.OWED.value
    )
    # Why there is no message, or no pin: Telegram's words or ours.
    error: Mapped[str | None] = mapped_column(String(256))
    created_by: Mapped[uuid.UUID]
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]
    ended_at: Mapped[Moment | None]


def by_key(session: Session, created_by: uuid.UUID, key: str) -> Signal | None:
    """The one that this author's key has made."""
    return session.scalar(
        select(Signal).where(Signal.created_by == created_by, Signal.idempotency_key == key)
    )


def page(
    session: Session, state: SignalState | None, *, before: uuid.UUID | None, limit: int
) -> Sequence[Signal]:
    """The latest first; those older than `before`."""
    query = select(Signal).order_by(Signal.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Signal.state == state)
    if before is not None:
        query = query.where(Signal.id < before)
    return session.scalars(query).all()


def hold(session: Session, signal_id: uuid.UUID) -> Signal | None:
    """The signal as it is now, locked."""
    query = select(Signal).where(Signal.id == signal_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def hold_expired(session: Session, most: int) -> Sequence[Signal]:
    """Live ones whose time is over, locked: another process skips them."""
    query = (
        select(Signal)
        .where(Signal.state == SignalState.LIVE, Signal.expires_at <= func.now())
        .order_by(Signal.expires_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def forget_old(session: Session, days: int) -> None:
    """Remove what ended longer ago, settled or not."""
    old = Signal.ended_at < func.now() - timedelta(days=days)
    session.execute(delete(Signal).where(Signal.state != SignalState.LIVE, old))
