"""A person who signs in by e-mail takes their Telegram along: the app shows a link with a one-time
code, the bot asks whoever opens it, and that Telegram account signs in to the person from then on.

The bot asks because the link can be sent to anybody: one who opens a stranger's would otherwise
find themselves in the stranger's account, and connect their keys there.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.problems import Problem
from core.secrets_filter import remember
from identity.addresses import masked
from models import audit, emails, link_codes, notices
from models.mails import MailKind, owe
from models.users import User, language_of, user_by_telegram_id
from telegram.updates import Person

LIVES = timedelta(minutes=10)
_SHORT = 16


class Linked(StrEnum):
    """What became of a code. `taken`: that Telegram account is another person's already."""

    DONE = "done"
    EXPIRED = "expired"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Asked:
    """`account`: enough of the address of the code's person to know one's own. `reference` stands
    for the code in the answer, and is worth nothing to anybody else."""

    account: str
    reference: str


def new_code(session: Session, user: User) -> tuple[str, datetime]:
    """A code for this person, and until when it is good; the former one is void. Raises Problem
    (409) `telegram_linked` for one who has Telegram."""
    if user.telegram_id is not None:
        raise Problem("telegram_linked", 409)
    code = secrets.token_urlsafe(24)
    remember(code)
    expires_at = clock.utcnow() + LIVES
    link_codes.put(session, user.id, _hash(code), expires_at)
    return code, expires_at


def ask(session: Session, code: str, person: Person) -> Asked | None:
    """Note who was asked; None for a code that is not good."""
    remember(code)
    found = link_codes.asked(session, _hash(code), person.id)
    had = None if found is None else emails.of_person(session, found.user_id)
    if found is None or had is None:
        return None
    return Asked(masked(had.email), found.hash[:_SHORT])


def link_telegram(session: Session, reference: str, person: Person) -> Linked:
    """Link the Telegram account that was asked and agrees, in the caller's transaction; the code is
    used up. People are never merged: one with an account of their own keeps it."""
    found = link_codes.awaiting(session, person.id, reference) if reference else None
    if found is None:
        return Linked.EXPIRED
    if user_by_telegram_id(session, person.id) is not None:
        return Linked.TAKEN
    user = session.get(User, found.user_id, with_for_update=True, populate_existing=True)
    if user is None or user.telegram_id is not None or not link_codes.take(session, found.hash):
        return Linked.EXPIRED
    if not _linked(session, user, person):
        return Linked.TAKEN
    _tell(session, user)
    return Linked.DONE


def _linked(session: Session, user: User, person: Person) -> bool:
    """False if that Telegram account became somebody's at this moment."""
    try:
        with session.begin_nested():
            user.telegram_id = person.id
            user.username = person.username
            session.flush()
    except IntegrityError:
        return False
    return True


def _tell(session: Session, user: User) -> None:
    audit.record(session, "telegram.linked", None, user_id=user.id)
    notices.add(session, user.id, "telegram_linked", "telegram", {})
    had = emails.of_person(session, user.id)
    if had is not None:
        owe(session, MailKind.TELEGRAM_LINKED, had.email, language_of(user), user_id=user.id)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
