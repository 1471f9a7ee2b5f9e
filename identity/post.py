"""The post: mails that are owed are written and handed in, each at least once, by any number of
processes at once.

Only here an address that somebody typed in is compared with those of people: whoever asks for a
mail learns nothing from how, or how fast, they are answered.
"""

from __future__ import annotations

import uuid
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
from models import emails, link_codes, mail_links, mails, notices
from models.mail_links import MailLink, Purpose
from models.mails import Mail, MailKind
from models.users import User, language_of

log = get_logger(__name__)

MOST_TRIES = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
# Mails that nobody sends, where no mail server was set up or none takes them.
_KEPT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Post:
    """One per process; safe to share between threads."""

    sessions: sessionmaker[Session]
    vault: Vault
    server: MailServer
    public_url: str

    def send_next(self) -> bool:
        """Send the mail that is due for longest; false if none is due."""
        with self.sessions.begin() as session:
            mail_id = mails.claim_next(session, _FIRST_WAIT, _LONGEST_WAIT)
        if mail_id is None:
            return False
        self._send(mail_id)
        return True

    def _send(self, mail_id: uuid.UUID) -> None:
        """One that is not taken stays owed, until it was tried too often; then, or where it is
        refused, it is kept for operators."""
        with self.sessions.begin() as session:
            mail = session.get(Mail, mail_id, with_for_update=True)
            if mail is None or mail.dead_at is not None:
                return
            written = self._written(session, mail)
            if written is None:
                mails.settle(session, mail_id)
                return
            kind, tries = mail.kind.value, mail.tries
        why = None
        try:
            self.server.send(written)
        except MailRefused as error:
            log.warning("mail.refused", kind=kind, error=str(error))
            why = str(error)
        except MailNotTaken as error:
            log.warning("mail.not_taken", kind=kind, tries=tries, error=str(error))
            if tries < MOST_TRIES:
                return
            log.error("mail.given_up", kind=kind)
            why = str(error)
        with self.sessions.begin() as session:
            if why is None:
                mails.settle(session, mail_id)
            else:
                mails.bury(session, mail_id, why)

    def _written(self, session: Session, mail: Mail) -> Letter | None:
        """None if there is nothing to tell, or nobody to tell it."""
        match mail.kind:
            case MailKind.REGISTER | MailKind.ADDRESS:
                return self._to_verify(session, mail)
            case MailKind.FORGOT:
                return self._to_reset(session, mail)
            case MailKind.PASSWORD_GUESSED:
                return self._of_guesses(session, mail)
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

    def _of_guesses(self, session: Session, mail: Mail) -> Letter | None:
        """The owner finds a notice too; one of each a day."""
        if mail.user_id is None:
            owner = emails.by_address(session, mail.email)
            kind = mail.kind.value
            if owner is None or not notices.add(session, owner.user_id, kind, "email", {}):
                return None
            mail.language = language_of(session.get_one(User, owner.user_id))
            mail.user_id = owner.user_id
        return self._letter(mail, mail.kind.value)

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


def forget_outlived(sessions: sessionmaker[Session]) -> None:
    """Remove links and codes that expired, and mails that nobody sent."""
    with sessions.begin() as session:
        mail_links.forget_expired(session, clock.utcnow())
        link_codes.forget_expired(session, clock.utcnow())
        mails.forget_old(session, clock.utcnow() - _KEPT)
