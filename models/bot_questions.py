"""Jobs that the bot asked about and that wait for a tap: "Reduce by 25 %?"."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, CreatedAt, Moment, RowId, words
from models.states import JobKind

LIFE = timedelta(minutes=2)
"""Later the book may be another: the question is asked anew."""
_KEPT = timedelta(days=1)
_KEY = "bot:"


class BotQuestion(Base):
    """One question to one person, about one account. `request` as `trading.requests.to_json`."""

    __tablename__ = "bot_questions"
    __table_args__ = (
        Index("ix_bot_questions_user_id", "user_id"),
        Index("ix_bot_questions_created_at", "created_at"),
    )

    id: Mapped[RowId]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[JobKind] = mapped_column(words(JobKind, "kind"))
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    # Its message, known from the tap.
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]
    # When it was agreed to or declined.
    closed_at: Mapped[Moment | None]

    @property
    def idempotency_key(self) -> str:
        """Of the job that it becomes: however often it is agreed to, there is one."""
        return f"{_KEY}{self.id.hex}"


def hold(session: Session, question_id: uuid.UUID) -> tuple[BotQuestion, bool] | None:
    """The question, locked, and whether it may still be answered; None where there is none."""
    row = session.execute(
        select(BotQuestion, BotQuestion.created_at > func.now() - LIFE)
        .where(BotQuestion.id == question_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    question, is_fresh = row
    return question, bool(is_fresh) and question.closed_at is None


def asked_in(idempotency_key: str) -> uuid.UUID | None:
    """The question that a job with this key came from; None for a job from elsewhere."""
    if not idempotency_key.startswith(_KEY):
        return None
    try:
        return uuid.UUID(hex=idempotency_key.removeprefix(_KEY))
    except ValueError:
        return None


def forget_old(session: Session) -> None:
    """Remove what was asked more than a day ago."""
    session.execute(delete(BotQuestion).where(BotQuestion.created_at < func.now() - _KEPT))
