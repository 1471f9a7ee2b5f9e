"""The post: mails that are owed are written and handed in, each at least once, by any number of
processes at once.

Only here an address that somebody typed in is compared with those of people: whoever asks for a
mail learns nothing from how, or how fast, they are answered.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.ids import new_id
from core.logs import get_logger
from core.vault import Vault
from identity import mail_links as links
from identity.letters import Letter, letter
from identity.mail import MailNotTaken, MailRefused, MailServer
from models import emails, mail_links, mails
from models.mail_links import MailLink, Purpose
from models.mails import Mail, MailKind
from models.users import User, language_of

log = get_logger(__name__)

MOST_TRIES = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_BATCH = 50
# Mails that nobody sends, where no mail server was set up, and links that expired.
_KEPT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Post:
    """One per process; safe to share between threads."""

    sessions: sessionmaker[Session]
    vault: Vault
    server: MailServer
    public_url: str

    def look(self, ring: Callable[[uuid.UUID], object]) -> float | None:
        """Ring for every mail that is due; in how many seconds the next one is. A mail whose ring
        is lost is due again after its wait."""
        with self.sessions.begin() as session:
            found = mails.claim_due(session, _BATCH, _FIRST_WAIT, _LONGEST_WAIT)
        for mail_id in found.due:
            ring(mail_id)
        return 0.0 if len(found.due) == _BATCH else found.next_in

    def send(self, mail_id: uuid.UUID) -> None:
        """Write a mail and hand it in. One that is not taken stays owed, until it was tried too
        often."""
        with self.sessions.begin() as session:
            mail = session.get(Mail, mail_id, with_for_update=True)
            if mail is None:
                return
            written = self._written(session, mail)
            if written is None:
                mails.settle(session, mail_id)
                return
            kind, tries = mail.kind.value, mail.tries
        try:
            self.server.send(written)
        except MailRefused as error:
            log.warning("mail.refused", kind=kind, error=str(error))
        except MailNotTaken as error:
            log.warning("mail.not_taken", kind=kind, tries=tries, error=str(error))
            if tries < MOST_TRIES:
                return
            log.error("mail.given_up", kind=kind)
        with self.sessions.begin() as session:
            mails.settle(session, mail_id)

    def _written(self, session: Session, mail: Mail) -> Letter | None:
        """None if there is nothing to tell, or nobody to tell it."""
        match mail.kind:
            case MailKind.REGISTER | MailKind.ADDRESS:
                return self._to_verify(session, mail)
            case MailKind.FORGOT:
                return self._to_reset(session, mail)
            case _:
                return self._letter(mail, mail.kind.value)

    def _to_verify(self, session: Session, mail: Mail) -> Letter | None:
        owner = emails.by_address(session, mail.email)
        link = _good(session, mail, Purpose.VERIFY)
        if owner is None or owner.user_id == mail.user_id:
            return self._letter(mail, mail.kind.value, link) if link else None
        if link is not None:
            # The mail would go with it.
            mail.link_id = None
            session.flush()
            mail_links.take(session, link.id)
        return self._letter(mail, f"{mail.kind.value}_known")

    def _to_reset(self, session: Session, mail: Mail) -> Letter | None:
        owner = emails.by_address(session, mail.email)
        if owner is None:
            return None
        if mail.link_id is None:
            mail.language = language_of(session.get_one(User, owner.user_id))
            mail.user_id = owner.user_id
            mail.link_id = _link_to_reset(session, mail)
        link = _good(session, mail, Purpose.RESET)
        return self._letter(mail, mail.kind.value, link) if link else None

    def _letter(self, mail: Mail, kind: str, link: MailLink | None = None) -> Letter:
        url = links.address(self.vault, link, self.public_url) if link else None
        return letter(kind, mail.email, mail.language, link=url, public_url=self.public_url)


def _good(session: Session, mail: Mail, purpose: Purpose) -> MailLink | None:
    return mail_links.good(session, mail.link_id, purpose) if mail.link_id else None


def _link_to_reset(session: Session, mail: Mail) -> uuid.UUID:
    link = MailLink(
        id=new_id(),
        purpose=Purpose.RESET,
        user_id=mail.user_id,
        email=mail.email,
        language=mail.language,
        expires_at=clock.utcnow() + links.LIVES[Purpose.RESET],
    )
    session.add(link)
    session.flush()
    return link.id


def forget_outlived(
    sessions: sessionmaker[Session], *, stopping: threading.Event | None = None
) -> None:
    """Remove links that expired, and mails that nobody sent."""
    if stopping is not None and stopping.is_set():
        return
    with sessions.begin() as session:
        mail_links.forget_expired(session, clock.utcnow())
        mails.forget_old(session, clock.utcnow() - _KEPT)
