"""E-mail addresses that people sign in by, each with its password."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, CreatedAt

LONGEST = 254
"""Of an address, in characters (RFC 5321)."""


class Email(Base):
    """A person's address, which they have shown to be theirs. One that is not verified yet stands
    in its link (`models.mail_links`) and nowhere else."""

    __tablename__ = "emails"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    # In ASCII and lower case: as many addresses as mailboxes.
    email: Mapped[str] = mapped_column(String(LONGEST), unique=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    verified_at: Mapped[CreatedAt]
    password_changed_at: Mapped[CreatedAt]


def by_address(session: Session, email: str) -> Email | None:
    return session.scalar(select(Email).where(Email.email == email))


def of_person(session: Session, user_id: uuid.UUID) -> Email | None:
    """As it is now, whatever the session read before."""
    return session.get(Email, user_id, populate_existing=True)


def add(session: Session, user_id: uuid.UUID, email: str, password_hash: str) -> bool:
    """False if the address is somebody's, or the person has one; of two at once one is told so."""
    added = session.scalar(
        insert(Email)
        .values(user_id=user_id, email=email, password_hash=password_hash)
        .on_conflict_do_nothing()
        .returning(Email.user_id)
    )
    return added is not None


def change_address(session: Session, user_id: uuid.UUID, was: str, becomes: str) -> None:
    """Raises IntegrityError if it is somebody else's."""
    session.execute(
        update(Email)
        .where(Email.user_id == user_id, Email.email == was)
        .values(email=becomes, verified_at=func.now())
    )


def set_password(session: Session, user_id: uuid.UUID, password_hash: str) -> None:
    session.execute(
        update(Email)
        .where(Email.user_id == user_id)
        .values(password_hash=password_hash, password_changed_at=func.now())
    )


def rehash(session: Session, user_id: uuid.UUID, was: str, becomes: str) -> None:
    """The same password under newer parameters, unless it was changed meanwhile."""
    session.execute(
        update(Email)
        .where(Email.user_id == user_id, Email.password_hash == was)
        .values(password_hash=becomes)
    )


def remove(session: Session, user_id: uuid.UUID) -> None:
    session.execute(delete(Email).where(Email.user_id == user_id))
