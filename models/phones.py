"""Telephone numbers of people, by which a browser names who wants to sign in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import BigInteger, ForeignKey, String, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, CreatedAt
from models.users import User


class Phone(Base):
    """A person's number, as Telegram vouched for it. It is encrypted for that person; the
    fingerprint, a keyed hash, finds it again."""

    __tablename__ = "phones"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    number_enc: Mapped[str]
    # The bot it was linked in: that one may write to the person.
    bot_id: Mapped[int] = mapped_column(BigInteger)
    linked_at: Mapped[CreatedAt]


def of_person(session: Session, user_id: uuid.UUID) -> Phone | None:
    return session.get(Phone, user_id, populate_existing=True)


def hold_owner(session: Session, fingerprints: Sequence[str]) -> tuple[User, Phone] | None:
    """Whom the number belongs to, the person locked, as they are now. Of two that were linked under
    different master secrets the later counts."""
    query = (
        select(User, Phone)
        .join(Phone, Phone.user_id == User.id)
        .where(Phone.fingerprint.in_(fingerprints))
        .order_by(Phone.linked_at.desc())
        .limit(1)
        .with_for_update(key_share=True, of=User)
        .execution_options(populate_existing=True)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def owners(session: Session, fingerprints: Sequence[str]) -> Sequence[Phone]:
    """Every link of the number."""
    return session.scalars(select(Phone).where(Phone.fingerprint.in_(fingerprints))).all()


def put(
    session: Session, user_id: uuid.UUID, *, fingerprint: str, number_enc: str, bot_id: int
) -> None:
    """The person's number from now on, in place of another."""
    known = {"fingerprint": fingerprint, "number_enc": number_enc, "bot_id": bot_id}
    known = {"fingerprint": fingerprint, "number_enc": number_enc, "bot_id": bot_id}
    session.execute(
        insert(Phone)
        .values(user_id=user_id, **known)
        .on_conflict_do_update(index_elements=["user_id"], set_={**known, "linked_at": func.now()})
    )


def remove(session: Session, user_id: uuid.UUID) -> bool:
    """Whether there was one."""
    gone = delete(Phone).where(Phone.user_id == user_id).returning(Phone.user_id)
    return session.scalar(gone) is not None


def phones_after(session: Session, after: uuid.UUID | None, limit: int) -> list[Phone]:
    """A portion of everybody's numbers, by person."""
    query = select(Phone).order_by(Phone.user_id).limit(limit)
    if after is not None:
        query = query.where(Phone.user_id > after)
    return list(session.scalars(query))


def replace_token(session: Session, was: Phone, number_enc: str, fingerprint: str | None) -> bool:
    """Store the same number under another token, unless the row changed since it was read.
    `fingerprint` None leaves it as it is."""
    values = {"number_enc": number_enc}
    if fingerprint is not None:
        values["fingerprint"] = fingerprint
    changed = session.execute(
        update(Phone)
        .where(Phone.user_id == was.user_id, Phone.number_enc == was.number_enc)
        .values(values)
        .returning(Phone.user_id),
        execution_options={"synchronize_session": False},
    )
    return changed.first() is not None
