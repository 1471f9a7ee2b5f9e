"""What a person should be told: one row for each message. What has no screen of its own finds its
way to the person from here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.ids import new_id
from core.secrets_filter import scrub
from core.texts import LANGUAGES
from core.texts import text as sentence
from models.base import Base, CreatedAt, Moment, RowId
from models.bot_news import News, owe_news


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
    """Leave a notice in the caller's transaction, and owe it to the person's chat; false if it was
    left today already. Secrets in `data` are masked."""
    shown = {name: scrub(value, name) for name, value in data.items()}
    left = session.scalar(
        insert(Notice)
        .values(id=new_id(), user_id=user_id, kind=kind, subject=subject, data=shown)
        .on_conflict_do_nothing()
        .returning(Notice.id)
    )
    if left is None:
        return False
    owe_news(
        session,
        user_id,
        News.KEY_WARNINGS if kind.startswith("key_") else News.SECURITY,
        key=f"notice:{left}",
        texts={language: message(kind, shown, language) for language in LANGUAGES},
    )
    return True


def message(kind: str, data: Mapping[str, Any], language: str) -> str:
    """The notice as a sentence."""
    values = {name: str(value) for name, value in data.items()}
    if "reason" in data:
        values["reason_text"] = sentence(f"reason.{data['reason']}", language)
    return sentence(f"notice.{kind}", language, values)


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
