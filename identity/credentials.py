"""What a signed-in person does with their password and their address."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.problems import FieldError, Problem
from identity.passwords import Passwords, must_be_good
from identity.recovery import renew
from models import emails, mail_links, sign_ins
from models.emails import Email
from models.mails import MailKind, owe
from models.users import User, language_of


def change_password(
    session: Session, passwords: Passwords, user: User, kept: uuid.UUID, *, old: str, new: str
) -> Sequence[uuid.UUID]:
    """Set a new password; the ids of the sign-ins that ended: all but the one kept.

    Raises Problem (409) `no_email`, (403) `password_wrong`, (400) of `must_be_good`.
    """
    had = _held(session, passwords, user.id, old, field="old_password")
    must_be_good(new, had.email, field="new_password")
    renew(session, user, had.email, passwords.hash(new), MailKind.PASSWORD_CHANGED)
    return sign_ins.end_others(session, user.id, kept)


def remove_email(session: Session, passwords: Passwords, user: User, *, password: str) -> None:
    """The person signs in by Telegram only from here on.

    Raises Problem (409) `no_email`, `last_way_in` for one without Telegram, (403) `password_wrong`.
    """
    had = _held(session, passwords, user.id, password, field="password")
    if user.telegram_id is None:
        raise Problem("last_way_in", 409)
    mail_links.void_of_person(session, user.id)
    emails.remove(session, user.id)
    owe(session, MailKind.ADDRESS_REMOVED, had.email, language_of(user), user_id=user.id)


def _held(
    session: Session, passwords: Passwords, user_id: uuid.UUID, password: str, *, field: str
) -> Email:
    had = emails.of_person(session, user_id)
    if had is None:
        raise Problem("no_email", 409)
    if not passwords.matches(password, had.password_hash):
        raise password_wrong(field)
    return had


def password_wrong(field: str) -> Problem:
    """Of somebody who is signed in: 401 would sign them out."""
    return Problem("password_wrong", 403, errors=(FieldError(field, "password_wrong", {}),))
