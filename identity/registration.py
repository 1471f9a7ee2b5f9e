"""An address becomes a person's: they register with it, or add it to what they have, and show by
the link in a mail that it is theirs, and that it was they who asked (`identity.link_askers`).

Nothing is looked up when somebody asks for it: whether the address is known is found out when the
mail is sent (`identity.post`), so that neither the answer nor its time tells.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.ids import new_id
from core.problems import Problem
from core.roles import Role
from core.vault import Vault
from identity import link_askers, second_factor
from identity import mail_links as links
from identity.addresses import normalised
from identity.credentials import password_wrong
from identity.passwords import Passwords, must_be_good
from models import emails, mail_links, notices
from models.mail_links import MailLink, Purpose
from models.mails import MailKind, owe
from models.users import User, language_of


class Step(StrEnum):
    """What a verified link did; the audit log's words."""

    REGISTERED = "user.registered"
    ADDED = "email.added"
    CHANGED = "email.changed"


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose address it is now."""

    user_id: uuid.UUID
    role: Role
    step: Step


def register(
    session: Session,
    passwords: Passwords,
    *,
    email: str,
    password: str,
    first_name: str,
    language: str,
) -> str:
    """Owe a mail with the link that makes the person; what their browser keeps to open it with.
    Raises Problem (400) of `normalised` and `must_be_good`."""
    address = normalised(email)
    must_be_good(password, address)
    link = MailLink(
        id=new_id(),
        purpose=Purpose.VERIFY,
        email=address,
        password_hash=passwords.hash(password),
        first_name=first_name,
        language=language,
        expires_at=clock.utcnow() + links.LIVES[Purpose.VERIFY],
    )
    nonce = link_askers.bind(link)
    _send(session, link, MailKind.REGISTER)
    return nonce


def want_address(
    session: Session,
    passwords: Passwords,
    user: User,
    *,
    email: str,
    password: str,
) -> None:
    """Owe a mail with the link that gives the person this address: with a new password for one who
    has none yet, else proved by the current one. What they wanted before is void.

    Raises Problem (400) as `register`, (403) `password_wrong`.
    """
    address, had = normalised(email), emails.of_person(session, user.id)
    if had is None:
        must_be_good(password, address)
        password_hash = passwords.hash(password)
    elif passwords.matches(password, had.password_hash):
        password_hash = None
    else:
        raise password_wrong("password")
    mail_links.void_of_person(session, user.id)
    link = MailLink(
        id=new_id(),
        purpose=Purpose.VERIFY,
        user_id=user.id,
        email=address,
        password_hash=password_hash,
        language=language_of(user),
        expires_at=clock.utcnow() + links.LIVES[Purpose.VERIFY],
    )
    _send(session, link, MailKind.ADDRESS)


def _send(session: Session, link: MailLink, kind: MailKind) -> None:
    session.add(link)
    session.flush()
    owe(session, kind, link.email, link.language, user_id=link.user_id, link_id=link.id)


def verify(session: Session, vault: Vault, token: str, code: str | None) -> Verified:
    """Use a link up, for whoever has proved to be its asker. A person with a second factor shows
    that too.

    Raises Problem (400) `link_invalid`, also if the address became somebody's meanwhile; (401) of
    `second_factor.demand`, which leaves the link good.
    """
    link = links.opened(session, vault, token, Purpose.VERIFY)
    if link.user_id is not None:
        second_factor.demand(session, vault, link.user_id, code)
    mail_links.hold_address(session, link.email)
    links.use_up(session, link)
    # Whoever else asked for it came too late.
    mail_links.void_of_address(session, link.email)
    return _registered(session, link) if link.user_id is None else _taken_on(session, link)


def _registered(session: Session, link: MailLink) -> Verified:
    user = User(first_name=link.first_name, language_code=link.language)
    session.add(user)
    session.flush()
    if not emails.add(session, user.id, link.email, link.password_hash or ""):
        raise Problem("link_invalid", 400)
    return Verified(user.id, Role.USER, Step.REGISTERED)


def _taken_on(session: Session, link: MailLink) -> Verified:
    # Held, so that they don't go meanwhile.
    user = session.get(User, link.user_id, with_for_update={"key_share": True})
    if user is None:
        raise Problem("link_invalid", 400)
    had = emails.of_person(session, user.id)
    if had is None:
        # It was removed while the link was on its way: then there is no password for it.
        if link.password_hash is None or not _added(session, user, link):
            raise Problem("link_invalid", 400)
        return Verified(user.id, user.role, Step.ADDED)
    was = had.email
    _moved(session, user.id, was, link.email)
    owe(session, MailKind.ADDRESS_CHANGED, was, language_of(user), user_id=user.id)
    return Verified(user.id, user.role, Step.CHANGED)


def _added(session: Session, user: User, link: MailLink) -> bool:
    notices.add(session, user.id, "email_added", "email", {})
    return emails.add(session, user.id, link.email, link.password_hash or "")


def _moved(session: Session, user_id: uuid.UUID, was: str, becomes: str) -> None:
    try:
        with session.begin_nested():
            emails.change_address(session, user_id, was, becomes)
    except IntegrityError:
        raise Problem("link_invalid", 400) from None
