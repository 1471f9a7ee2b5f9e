"""What operators write into the community's chat, now or at a time that they choose.

`scheduled → sending → sent | failed | unknown`, or `scheduled → cancelled`. `sent` is said when
Telegram said so, and `unknown` where nobody can know (`models.bot_sends`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint, delete, func, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.ids import new_id
from models.base import Base, CreatedAt, Moment, RowId, words


class BroadcastState(StrEnum):
    """How far the message is."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class PinState(StrEnum):
    """How far a pin is: asked of Telegram, or to be; done; undone again; it will not be."""

    OWED = "owed"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    FAILED = "failed"


class Broadcast(Base):
    """One of them. It belongs to the community: `created_by` is its author's pseudonym, as in the
    audit log, and it stays when they go."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        UniqueConstraint("created_by", "idempotency_key"),
        Index("ix_broadcasts_at", "at", postgresql_where=sql("state = 'scheduled'")),
    )

    id: Mapped[RowId]
    text: Mapped[str] = mapped_column(Text)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    # What becomes of the pin; null where none was asked for.
    pin_state: Mapped[PinState | None] = mapped_column(words(PinState, "pin_state"))
    # When it is to be sent; null: when it was accepted.
    at: Mapped[Moment | None]
    state: Mapped[BroadcastState] = mapped_column(words(BroadcastState, "state"))
    # The send that makes its message, once it is owed.
    send_id: Mapped[uuid.UUID | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    # Why there is no message, or no pin: Telegram's words or ours.
    error: Mapped[str | None] = mapped_column(String(256))
    created_by: Mapped[uuid.UUID]
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]
    sent_at: Mapped[Moment | None]


def add(session: Session, **values: Any) -> Broadcast | None:
    """A new one; None where its author's key has made one before."""
    return session.scalar(
        insert(Broadcast)
        .values(id=new_id(), **values)
        .on_conflict_do_nothing(index_elements=["created_by", "idempotency_key"])
        .returning(Broadcast)
    )


def by_key(session: Session, created_by: uuid.UUID, key: str) -> Broadcast | None:
    """The one that this author's key has made."""
    return session.scalar(
        select(Broadcast).where(
            Broadcast.created_by == created_by, Broadcast.idempotency_key == key
        )
    )


def page(session: Session, *, before: uuid.UUID | None, limit: int) -> Sequence[Broadcast]:
    """The latest first; those older than `before`."""
    query = select(Broadcast).order_by(Broadcast.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Broadcast.id < before)
    return session.scalars(query).all()


def hold_due(session: Session, most: int) -> Sequence[Broadcast]:
    """Scheduled ones whose time has come, locked: another process skips them."""
    query = (
        select(Broadcast)
        .where(Broadcast.state == BroadcastState.SCHEDULED, Broadcast.at <= func.now())
        .order_by(Broadcast.at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def hold(session: Session, broadcast_id: uuid.UUID) -> Broadcast | None:
    """The broadcast as it is now, locked."""
    query = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def forget_old(session: Session, days: int) -> None:
    """Remove what ended, and was to be sent longer ago."""
    ended = Broadcast.state.not_in([BroadcastState.SCHEDULED, BroadcastState.SENDING])
    # Of what was never sent, its time is the last that is known.
    last = func.greatest(Broadcast.created_at, Broadcast.at, Broadcast.sent_at)
    session.execute(delete(Broadcast).where(ended, last < func.now() - timedelta(days=days)))
