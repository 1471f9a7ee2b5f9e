"""Requests of browsers to be signed in, which a person approves in Telegram.

What decides is one statement each: of two presses, or two polls, at once the second finds the row
as the first left it. A request ends by the clock of the database, whoever looks or does not.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    and_,
    case,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.roles import Role
from models.base import Base, CreatedAt, Moment, RowId, words
from models.users import User


class ApprovalState(StrEnum):
    """What became of a request. One that nobody decided in time stays pending and counts as
    expired; a newer one of the same person replaces it."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"


class Approval(Base):
    """One request. `user_id` null: the number is nobody's, or its owner wants no requests."""

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("(state = 'pending') = (decided_at is null)", name="decided_has_time"),
        CheckConstraint("collected_at is null or state = 'approved'", name="collected_is_approved"),
        Index(
            "uq_approvals_pending",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_approvals_user_id", "user_id"),
        Index("ix_approvals_expires_at", "expires_at"),
    )

    id: Mapped[RowId]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    # Of what the browser holds in a cookie: a row that was read signs nobody in.
    nonce_hash: Mapped[str] = mapped_column(String(64))
    match_number: Mapped[int] = mapped_column(SmallInteger)
    bot_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[ApprovalState] = mapped_column(
        words(ApprovalState, "state"),
        default=ApprovalState.PENDING,
        server_default=ApprovalState.PENDING.value,
    )
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[Moment]
    decided_at: Mapped[Moment | None]
    # When the tokens were handed out.
    collected_at: Mapped[Moment | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands now. `seconds_left` until it expires, 0 once it did; an approved one
    that was not collected by then expires too."""

    state: ApprovalState
    seconds_left: int
    collected: bool

    @property
    def expired(self) -> bool:
        if self.state is ApprovalState.REPLACED:
            return True
        open_still = self.state is ApprovalState.PENDING or (
            self.state is ApprovalState.APPROVED and not self.collected
        )
        return open_still and not self.seconds_left


@dataclass(frozen=True, slots=True)
class Collected:
    """Whom an approved request signs in, with the role of this moment."""

    user_id: uuid.UUID
    role: Role
    bot_id: int | None


_LIVES = Approval.expires_at > func.now()
_OPEN = and_(Approval.state == ApprovalState.PENDING, _LIVES)


def replace_pending(session: Session, user_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """End what the person was asked before; the ids of those that were still open."""
    ended = (
        update(Approval)
        .where(Approval.user_id == user_id, Approval.state == ApprovalState.PENDING)
        .values(state=ApprovalState.REPLACED, decided_at=func.now())
        .returning(Approval.id, _LIVES.label("lived"))
        .execution_options(synchronize_session=False)
    )
    return [row.id for row in session.execute(ended) if row.lived]


def standing(session: Session, approval_id: uuid.UUID, nonce_hash: str) -> Standing | None:
    """For the browser that began it; None for every other."""
    left = case(
        (_LIVES, func.ceil(func.extract("epoch", Approval.expires_at - func.now()))), else_=0
    )
    row = session.execute(
        select(Approval.state, left.label("left"), Approval.collected_at).where(
            Approval.id == approval_id, Approval.nonce_hash == nonce_hash
        )
    ).one_or_none()
    if row is None:
        return None
    return Standing(row.state, int(row.left), row.collected_at is not None)


def collect(session: Session, approval_id: uuid.UUID, nonce_hash: str) -> Collected | None:
    """Take what was approved: once, by the browser that began, in time. None for everybody else."""
    # The person first, as whoever deletes them does.
    person = session.execute(
        select(User.id, User.role)
        .join(Approval, Approval.user_id == User.id)
        .where(Approval.id == approval_id)
        .with_for_update(read=True, key_share=True, of=User)
    ).one_or_none()
    if person is None:
        return None
    taken = session.execute(
        update(Approval)
        .where(
            Approval.id == approval_id,
            Approval.user_id == person.id,
            Approval.nonce_hash == nonce_hash,
            Approval.state == ApprovalState.APPROVED,
            Approval.collected_at.is_(None),
            _LIVES,
        )
        .values(collected_at=func.now())
        .returning(Approval.bot_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if taken is None else Collected(person.id, person.role, taken.bot_id)


def number_of(session: Session, approval_id: uuid.UUID, user_id: uuid.UUID) -> int | None:
    """The number that the browser of this person's request shows."""
    return session.scalar(
        select(Approval.match_number).where(Approval.id == approval_id, Approval.user_id == user_id)
    )


def decide(
    session: Session, approval_id: uuid.UUID, user_id: uuid.UUID, state: ApprovalState
) -> bool:
    """Decide the person's request; false if it was decided before, was replaced or ran out."""
    decided = (
        update(Approval)
        .where(Approval.id == approval_id, Approval.user_id == user_id, _OPEN)
        .values(state=state, decided_at=func.now())
        .returning(Approval.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(decided) is not None


def forget_old(session: Session, age: timedelta, most: int) -> int:
    """Remove requests that ran out so long ago; how many."""
    old = select(Approval.id).where(Approval.expires_at < func.now() - age).limit(most)
    gone = delete(Approval).where(Approval.id.in_(old.with_for_update(skip_locked=True)))
    return len(session.scalars(gone.returning(Approval.id)).all())


def add(
    session: Session,
    *,
    approval_id: uuid.UUID,
    user_id: uuid.UUID | None,
    bot_id: int | None,
    nonce_hash: str,
    match_number: int,
    life: timedelta,
) -> datetime:
    """A new request; when it runs out, by the database's clock."""
    made = Approval(
        id=approval_id,
        user_id=user_id,
        bot_id=bot_id,
        nonce_hash=nonce_hash,
        match_number=match_number,
        expires_at=func.now() + life,
    )
    session.add(made)
    session.flush()
    return made.expires_at
