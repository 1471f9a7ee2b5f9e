"""Mails that are owed: a row is written with what it tells of, and goes once a server took it. One
that no server takes is dead: it stays for operators, until `forget_old`."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, CreatedAt, Moment, RowId, words
from models.emails import LONGEST


class MailKind(StrEnum):
    """What a mail is about. The first three are asked for by whoever knows an address, the last is
    owed to what somebody types in: only their sending finds out whether it is anybody's."""

    REGISTER = "register"
    ADDRESS = "address"
    FORGOT = "forgot"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    PASSWORD_RESET = "password_reset"  # noqa: S105
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_REMOVED = "address_removed"
    TELEGRAM_LINKED = "telegram_linked"
    PASSWORD_GUESSED = "password_guessed"  # noqa: S105


class Mail(Base):
    """One mail, without its text: that is made when it is sent, so that no link lies here."""

    __tablename__ = "mails"

    id: Mapped[RowId]
    kind: Mapped[MailKind] = mapped_column(words(MailKind, "kind"))
    email: Mapped[str] = mapped_column(String(LONGEST), index=True)
    language: Mapped[str] = mapped_column(String(8))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    # Without a link there is nothing to send: the mail goes with it.
    link_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("mail_tokens.id", ondelete="CASCADE"), index=True
    )
    due_at: Mapped[Moment] = mapped_column(server_default=func.now(), index=True)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[CreatedAt]
    # Since when it is not tried any more, and what the server's last answer was.
    dead_at: Mapped[Moment | None]
    dead_why: Mapped[str | None] = mapped_column(String(64))


def owe(
    session: Session,
    kind: MailKind,
    email: str,
    language: str,
    *,
    user_id: uuid.UUID | None = None,
    link_id: uuid.UUID | None = None,
) -> None:
    """In the caller's transaction."""
    session.add(Mail(kind=kind, email=email, language=language, user_id=user_id, link_id=link_id))


def claim_next(
    session: Session, first_wait: timedelta, longest_wait: timedelta
) -> uuid.UUID | None:
    """Take the mail that is due for longest, None if none is. It is due again after a wait that
    doubles with every try, and is the caller's alone meanwhile."""
    due = (
        select(Mail.id)
        .where(Mail.due_at <= func.now(), Mail.dead_at.is_(None))
        .order_by(Mail.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    wait = func.least(longest_wait, first_wait * func.power(2, func.least(Mail.tries, 20)))
    claimed = (
        update(Mail)
        .where(Mail.id == due)
        .values(tries=Mail.tries + 1, due_at=func.now() + wait)
        .returning(Mail.id)
    )
    return session.scalar(claimed, execution_options={"synchronize_session": False})


def settle(session: Session, mail_id: uuid.UUID) -> None:
    """It is owed no more."""
    session.execute(delete(Mail).where(Mail.id == mail_id))


def bury(session: Session, mail_id: uuid.UUID, why: str) -> None:
    """No server takes it: it is not tried any more."""
    session.execute(
        update(Mail).where(Mail.id == mail_id).values(dead_at=func.now(), dead_why=why[:64]),
        execution_options={"synchronize_session": False},
    )


def hold_dead(session: Session, mail_id: uuid.UUID) -> Mail | None:
    """The dead mail, locked."""
    query = select(Mail).where(Mail.id == mail_id, Mail.dead_at.is_not(None)).with_for_update()
    return session.scalar(query)


def forget_old(session: Session, before: datetime) -> None:
    """Remove those that were owed before then, dead or not."""
    session.execute(delete(Mail).where(Mail.created_at < before))
