"""Links in mails: what each may do, once, until it expires. The table holds nothing that a link
could be made of without the master secret (`identity.mail_links`)."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, CreatedAt, Moment, RowId, words
from models.emails import LONGEST


class Purpose(StrEnum):
    """What whoever holds the link may do."""

    VERIFY = "verify"
    RESET = "reset"


class MailLink(Base):
    """A link that was not used yet. `verify` without a person is a registration: the person is made
    when it is used, with this password; with a person it is the address that they want, and the
    password if they had none. `nonce_hash`: of what the browser that registered keeps."""

    __tablename__ = "mail_tokens"

    id: Mapped[RowId]
    purpose: Mapped[Purpose] = mapped_column(words(Purpose, "purpose"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(String(LONGEST), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(256))
    nonce_hash: Mapped[str | None] = mapped_column(String(64))
    first_name: Mapped[str] = mapped_column(String(256), default="", server_default="")
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[Moment] = mapped_column(index=True)


def good(session: Session, link_id: uuid.UUID, purpose: Purpose) -> MailLink | None:
    """The link, unless it was used, expired, or is for something else."""
    query = select(MailLink).where(
        MailLink.id == link_id, MailLink.purpose == purpose, MailLink.expires_at > func.now()
    )
    return session.scalar(query)


def hold_address(session: Session, email: str) -> None:
    """One transaction at a time uses a link to this address up: two would wait for each other's
    link when they void the rest."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(email, 0))))


def take(session: Session, link_id: uuid.UUID) -> bool:
    """Use it up; of many at once one gets true."""
    gone = delete(MailLink).where(MailLink.id == link_id).returning(MailLink.id)
    return session.scalar(gone, execution_options=_UNSEEN) is not None


def awaited_address(session: Session, user_id: uuid.UUID) -> str | None:
    """The address that the person wants and has not verified yet."""
    query = (
        select(MailLink.email)
        .where(
            MailLink.user_id == user_id,
            MailLink.purpose == Purpose.VERIFY,
            MailLink.expires_at > func.now(),
        )
        .order_by(MailLink.created_at.desc())
        .limit(1)
    )
    return session.scalar(query)


def void_of_person(session: Session, user_id: uuid.UUID) -> None:
    """None of the person's links opens anything any more."""
    session.execute(delete(MailLink).where(MailLink.user_id == user_id), execution_options=_UNSEEN)


def void_of_address(session: Session, email: str) -> None:
    """No link that was sent to the address opens anything any more."""
    session.execute(delete(MailLink).where(MailLink.email == email), execution_options=_UNSEEN)


def forget_expired(session: Session, before: datetime) -> None:
    """Remove those that expired before then."""
    session.execute(delete(MailLink).where(MailLink.expires_at < before), execution_options=_UNSEEN)


# The session need not be told which rows went.
_UNSEEN = {"synchronize_session": False}
