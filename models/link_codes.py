"""One-time codes by which a person takes their Telegram along (`identity.linking`)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Moment


class LinkCode(Base):
    """A person's code that was not used yet, as its hash; a newer one takes its place."""

    __tablename__ = "link_codes"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[Moment]


def put(session: Session, user_id: uuid.UUID, code_hash: str, expires_at: datetime) -> None:
    new = {"hash": code_hash, "expires_at": expires_at}
    session.execute(
        insert(LinkCode)
        .values(user_id=user_id, **new)
        .on_conflict_do_update(index_elements=["user_id"], set_=new)
    )


def whose(session: Session, code_hash: str) -> uuid.UUID | None:
    """The person whose code it is, while it is good."""
    query = select(LinkCode.user_id).where(
        LinkCode.hash == code_hash, LinkCode.expires_at > func.now()
    )
    return session.scalar(query)


def take(session: Session, code_hash: str) -> uuid.UUID | None:
    """The same, used up by it; of many at once one gets the person."""
    gone = (
        delete(LinkCode)
        .where(LinkCode.hash == code_hash, LinkCode.expires_at > func.now())
        .returning(LinkCode.user_id)
    )
    return session.scalar(gone, execution_options={"synchronize_session": False})
