"""A forgotten password: a link to the address, and a new password for it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.problems import Problem
from core.vault import Vault
from identity import mail_links as links
from identity.addresses import normalised
from identity.passwords import Passwords, must_be_good
from models import emails, mail_links, notices, sign_ins
from models.mail_links import Purpose
from models.mails import MailKind, owe
from models.users import User, language_of


@dataclass(frozen=True, slots=True)
class Reset:
    """Whose password is new, and the sign-ins that ended with the old one."""

    user_id: uuid.UUID
    email: str
    ended: Sequence[uuid.UUID]


def forgot(session: Session, *, email: str, language: str) -> None:
    """Owe a mail, whether or not the address is anybody's: its sending finds that out. Raises
    Problem (400) of `normalised`."""
    owe(session, MailKind.FORGOT, normalised(email), language)


def reset(
    session: Session, vault: Vault, passwords: Passwords, *, token: str, password: str
) -> Reset:
    """Set the password and end every sign-in of the person, who is told by mail.

    Raises Problem (400) `link_invalid`; of `must_be_good`, which leaves the link good.
    """
    link = links.opened(session, vault, token, Purpose.RESET)
    must_be_good(password, link.email)
    password_hash = passwords.hash(password)
    links.use_up(session, link)
    had = emails.by_address(session, link.email)
    if had is None or had.user_id != link.user_id:
        raise Problem("link_invalid", 400)
    user = session.get_one(User, had.user_id)
    renew(session, user, had.email, password_hash, MailKind.PASSWORD_RESET)
    return Reset(user.id, had.email, sign_ins.end_all(session, user.id))


def renew(session: Session, user: User, email: str, password_hash: str, told_by: MailKind) -> None:
    """Store the new password and tell the person. Links that were sent before open nothing more."""
    emails.set_password(session, user.id, password_hash)
    mail_links.void_of_person(session, user.id)
    notices.add(session, user.id, told_by.value, "email", {})
    owe(session, told_by, email, language_of(user), user_id=user.id)
