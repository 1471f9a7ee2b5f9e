"""One-time codes by which a person takes their Telegram along (`identity.linking`)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Moment


class LinkCode(Base):
    """A person's code that was not used yet, as its hash; a newer one takes its place."""

    __tablename__ = "link_codes"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[Moment]
    # The Telegram account that opened the link and was asked.
    asked_by: Mapped[int | None] = mapped_column(BigInteger, index=True)


def put(session: Session, user_id: uuid.UUID, code_hash: str, expires_at: datetime) -> None:
    new = {"hash": code_hash, "expires_at": expires_at, "asked_by": None}
    session.execute(
        insert(LinkCode)
        .values(user_id=user_id, **new)
        .on_conflict_do_update(index_elements=["user_id"], set_=new)
    )


def asked(session: Session, code_hash: str, telegram_id: int) -> LinkCode | None:
    """The code, while it is good; from here on it is this Telegram account's to agree to."""
    query = (
        update(LinkCode)
        .where(LinkCode.hash == code_hash, LinkCode.expires_at > func.now())
        .values(asked_by=telegram_id)
        .returning(LinkCode)
    )
    return session.scalar(query, execution_options={"populate_existing": True})


def awaiting(session: Session, telegram_id: int, beginning: str) -> LinkCode | None:
    """The good code that this Telegram account was asked about, by how its hash begins."""
    query = select(LinkCode).where(
        LinkCode.asked_by == telegram_id,
        LinkCode.hash.startswith(beginning, autoescape=True),
        LinkCode.expires_at > func.now(),
    )
    return session.scalars(query, execution_options={"populate_existing": True}).first()


def take(session: Session, code_hash: str) -> bool:
    """Use it up; of many at once one gets true."""
    gone = delete(LinkCode).where(LinkCode.hash == code_hash).returning(LinkCode.user_id)
    return session.scalar(gone, execution_options={"synchronize_session": False}) is not None


def forget_expired(session: Session, before: datetime) -> None:
    """Remove those that expired before then."""
    session.execute(delete(LinkCode).where(LinkCode.expires_at < before))
