"""What a person should be told: one row for each message. What has no screen of its own finds its
way to the person from here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.ids import new_id
from core.secrets_filter import scrub
from models.base import Base, CreatedAt, Moment, RowId


class Notice(Base):
    """One message to a person. `subject` names the thing it is about, like `account:<id>`; of one
    kind about one thing there is at most one a day (UTC)."""

    __tablename__ = "notices"
    # In this order it also finds a person's.
    __table_args__ = (UniqueConstraint("user_id", "kind", "subject", "day"),)

    id: Mapped[RowId]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(128))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    day: Mapped[date] = mapped_column(server_default=text("(now() at time zone 'utc')::date"))
    created_at: Mapped[CreatedAt]
    read_at: Mapped[Moment | None]


def add(
    session: Session, user_id: uuid.UUID, kind: str, subject: str, data: dict[str, Any]
) -> bool:
    """Leave a notice in the caller's transaction; false if it was left today already. Secrets in
    `data` are masked."""
    left = session.scalar(
        insert(Notice)
        .values(id=new_id(), user_id=user_id, kind=kind, subject=subject, data=scrub(data))
        .on_conflict_do_nothing()
        .returning(Notice.id)
    )
    return left is not None


def of_person(
    session: Session, user_id: uuid.UUID, *, before: uuid.UUID | None, limit: int
) -> Sequence[Notice]:
    """The person's notices, newest first; those older than the notice `before`."""
    query = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Notice.id < before)
    return session.scalars(query).all()


def unread(session: Session, user_id: uuid.UUID) -> int:
    """How many the person did not read yet."""
    query = select(func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def mark_read(
    session: Session, user_id: uuid.UUID, notice_id: uuid.UUID, at: datetime
) -> Notice | None:
    """The person's notice, read at its first reading; None where there is none."""
    query = (
        update(Notice)
        .where(Notice.id == notice_id, Notice.user_id == user_id)
        .values(read_at=func.coalesce(Notice.read_at, at))
        .returning(Notice)
    )
    return session.scalar(query)
