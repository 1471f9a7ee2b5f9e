"""Updates from Telegram: each stored once, before anything is done about it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.ids import new_id
from core.queue_names import BOT_CHANNEL
from models.base import Base, CreatedAt, Moment, RowId
from models.waking import wake

_BATCH = 100
# Telegram keeps what was not taken for a day; nothing older comes again.
_KEPT = timedelta(days=7)


class BotUpdate(Base):
    """One update of one bot. What it says is forgotten when it was handled, or set aside because
    its handler failed too often; the row stays for a week, so that it is not taken twice."""

    __tablename__ = "bot_updates"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        Index(
            "ix_bot_updates_ring_at",
            "ring_at",
            postgresql_where=text("handled_at is null and set_aside_at is null"),
        ),
        Index("ix_bot_updates_received_at", "received_at"),
    )

    id: Mapped[RowId]
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    received_at: Mapped[CreatedAt]
    handled_at: Mapped[Moment | None]
    set_aside_at: Mapped[Moment | None]
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # When a worker is told of it next, if it is still open then.
    ring_at: Mapped[CreatedAt]
    rings: Mapped[int] = mapped_column(default=0, server_default=text("0"))


def store(session: Session, bot_id: int, raw: Mapping[str, Any]) -> uuid.UUID | None:
    """Keep an update in the caller's transaction; None if it was kept before. A worker is told of
    it at the commit. `raw` has `update_id`."""
    stored = session.scalar(
        insert(BotUpdate)
        .values(id=new_id(), bot_id=bot_id, update_id=raw["update_id"], payload=_storable(raw))
        .on_conflict_do_nothing()
        .returning(BotUpdate.id)
    )
    if stored is not None:
        wake(session, BOT_CHANNEL)
    return stored


def hold(session: Session, row_id: uuid.UUID) -> BotUpdate | None:
    """The update, locked until the transaction ends; None if it is done. Waits for whoever holds
    it: that may be the bell itself, whose ring is faster than its commit."""
    query = (
        select(BotUpdate)
        .where(
            BotUpdate.id == row_id, BotUpdate.handled_at.is_(None), BotUpdate.set_aside_at.is_(None)
        )
        .with_for_update()
    )
    return session.scalar(query)


def peek(session: Session, row_id: uuid.UUID) -> BotUpdate | None:
    """The same without a lock: to learn what it says."""
    return session.scalar(
        select(BotUpdate).where(
            BotUpdate.id == row_id, BotUpdate.handled_at.is_(None), BotUpdate.set_aside_at.is_(None)
        )
    )


def put_off(session: Session, row_id: uuid.UUID, seconds: float) -> None:
    """Nobody is told of it for so many seconds."""
    session.execute(
        update(BotUpdate)
        .where(BotUpdate.id == row_id)
        .values(ring_at=func.now() + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )


def mark_handled(session: Session, row_id: uuid.UUID) -> None:
    session.execute(
        update(BotUpdate)
        .where(BotUpdate.id == row_id)
        .values(handled_at=func.now(), payload=None)
        .execution_options(synchronize_session=False)
    )


def note_failure(session: Session, row_id: uuid.UUID, most: int) -> tuple[int, bool]:
    """Its handler failed: the tries so far, and whether it is set aside now, at the `most`-th.
    Until then it is tried again after 1, 2, 4 … seconds."""
    row = session.execute(
        update(BotUpdate)
        .where(BotUpdate.id == row_id)
        .values(
            tries=BotUpdate.tries + 1,
            ring_at=func.now() + func.pow(2, BotUpdate.tries) * timedelta(seconds=1),
        )
        .returning(BotUpdate.tries)
        .execution_options(synchronize_session=False)
    ).one()
    if row.tries < most:
        return row.tries, False
    session.execute(
        update(BotUpdate)
        .where(BotUpdate.id == row_id)
        .values(set_aside_at=func.now(), payload=None)
        .execution_options(synchronize_session=False)
    )
    return row.tries, True


def due(session: Session, again_seconds: float) -> Sequence[uuid.UUID]:
    """Open updates that a worker should be told of now, oldest first. They are due again after
    `again_seconds`, then after twice that, and so on."""
    return session.scalars(_DUE, {"limit": _BATCH, "again": again_seconds}).all()


def next_due(session: Session) -> float | None:
    """In how many seconds the next is due; None if none is open."""
    found = session.scalar(
        select(func.extract("epoch", func.min(BotUpdate.ring_at) - func.now())).where(
            BotUpdate.handled_at.is_(None), BotUpdate.set_aside_at.is_(None)
        )
    )
    return None if found is None else float(found)


def forget_old(session: Session) -> None:
    """Remove what was received more than a week ago."""
    session.execute(delete(BotUpdate).where(BotUpdate.received_at < func.now() - _KEPT))


def _storable(value: Any) -> Any:
    """Without what PostgreSQL's jsonb can't hold: NUL, and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


_DUE = text(
    """
    with due as (
      select id from bot_updates
      where handled_at is null and set_aside_at is null and ring_at <= now()
      order by ring_at limit :limit
      for update skip locked
    ), rung as (
      update bot_updates set
        ring_at = now() + make_interval(secs => least(30, :again * 2 ^ least(rings, 5))),
        rings = rings + 1
      from due where bot_updates.id = due.id
      returning bot_updates.id
    )
    select id from rung order by id
    """
)
