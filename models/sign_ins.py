"""Sign-ins: one row for each that lives. A token names its row; without the row it is refused."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    String,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.roles import Role
from models.base import Base, CreatedAt, Moment, RowId
from models.users import User

_SHOWN = 100


class SignIn(Base):
    """One device of a person, from its sign-in on. The row goes when the sign-in is ended."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user_id_last_seen_at", "user_id", "last_seen_at"),)

    id: Mapped[RowId]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    platform: Mapped[str] = mapped_column(String(64))
    remote_addr: Mapped[str | None] = mapped_column(INET)
    created_at: Mapped[CreatedAt]
    # Behind by some minutes: a poll must not cost a write.
    last_seen_at: Mapped[CreatedAt]
    # Of the refresh token that is good now; the former one is, until some seconds after rotated_at.
    generation: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    rotated_at: Mapped[Moment | None]


@dataclass(frozen=True, slots=True)
class Living:
    """What a request needs to know of its sign-in."""

    user_id: uuid.UUID
    role: Role
    last_seen_at: datetime


def living(session: Session, sign_in_id: uuid.UUID) -> Living | None:
    """The sign-in by primary key, None once it ended."""
    query = (
        select(SignIn.user_id, User.role, SignIn.last_seen_at)
        .join(User, User.id == SignIn.user_id)
        .where(SignIn.id == sign_in_id)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Living(row.user_id, row.role, row.last_seen_at)


def seen(session: Session, sign_in_id: uuid.UUID, at: datetime) -> None:
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=at))


def rotate(
    session: Session, user_id: uuid.UUID, sign_in_id: uuid.UUID, generation: int, grace: timedelta
) -> int | None:
    """The generation that follows the one presented; None if that was superseded longer than
    `grace` ago, or more than once, or the sign-in ended.

    One statement decides. Whoever waits for the row meanwhile is judged by what it became, so of
    many at once one moves it on and the others, within the grace, get the same generation.
    """
    current = SignIn.generation == generation
    just_superseded = and_(
        SignIn.generation == generation + 1, SignIn.rotated_at > func.now() - grace
    )
    moved = (
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.user_id == user_id, or_(current, just_superseded))
        .values(
            generation=generation + 1,
            rotated_at=case((current, func.now()), else_=SignIn.rotated_at),
            last_seen_at=func.now(),
        )
        .returning(SignIn.generation)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(moved)


def living_of(session: Session, user_id: uuid.UUID, since: datetime) -> Sequence[SignIn]:
    """The person's sign-ins seen since then, the latest first; at most a hundred."""
    query = (
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.last_seen_at >= since)
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
        .limit(_SHOWN)
    )
    return session.scalars(query).all()


def end(session: Session, user_id: uuid.UUID, sign_in_id: uuid.UUID) -> bool:
    """End one sign-in of this person; whether there was one."""
    gone = delete(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id)
    return session.scalar(gone.returning(SignIn.id)) is not None


def end_others(session: Session, user_id: uuid.UUID, kept: uuid.UUID) -> Sequence[uuid.UUID]:
    """End all of the person's sign-ins but one; the ids of those that ended."""
    gone = delete(SignIn).where(SignIn.user_id == user_id, SignIn.id != kept)
    return session.scalars(gone.returning(SignIn.id)).all()


def end_all(session: Session, user_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """End all of the person's sign-ins; their ids."""
    gone = delete(SignIn).where(SignIn.user_id == user_id)
    return session.scalars(gone.returning(SignIn.id)).all()


def end_begun(session: Session, *, user_id: uuid.UUID | None, since: datetime | None) -> int:
    """End this person's sign-ins, or everybody's, that began since then, or ever; how many."""
    gone = delete(SignIn)
    if user_id is not None:
        gone = gone.where(SignIn.user_id == user_id)
    if since is not None:
        gone = gone.where(SignIn.created_at >= since)
    return len(session.scalars(gone.returning(SignIn.id)).all())


def forget_outlived(session: Session, user_id: uuid.UUID, before: datetime) -> None:
    """Remove the person's sign-ins that were not seen since then: their tokens ran out."""
    session.execute(delete(SignIn).where(SignIn.user_id == user_id, SignIn.last_seen_at < before))
