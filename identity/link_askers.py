"""Who asked for a link that shows an address, and how they prove it when it is opened.

Whoever opens it reads that address's mail. That alone opens nothing: a stranger could register with
somebody's address and a password of their own, or want it for their own account, and wait for the
mail's reader to open the link. So it also takes what only the asker has: the browser that they
registered in, their sign-in, or the password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.vault import Vault
from identity import mail_links as links
from models import emails
from models.mail_links import MailLink, Purpose


@dataclass(frozen=True, slots=True)
class LinkAsker:
    """Of a link that is good. `user_id` is None for one who registers; `password_hash` is of the
    password that is, or will be, the one of `email`; None: they have none."""

    user_id: uuid.UUID | None
    email: str
    password_hash: str | None
    nonce_hash: str | None

    def is_browser(self, nonce: str) -> bool:
        """Whether this is what the browser that registered was given."""
        return self.nonce_hash is not None and hmac.compare_digest(self.nonce_hash, hash_of(nonce))


def asker_of(session: Session, vault: Vault, token: str) -> LinkAsker:
    """Raises Problem (400) `link_invalid`."""
    link = links.opened(session, vault, token, Purpose.VERIFY)
    had = emails.of_person(session, link.user_id) if link.user_id else None
    if had is None:
        return LinkAsker(link.user_id, link.email, link.password_hash, link.nonce_hash)
    return LinkAsker(link.user_id, had.email, had.password_hash, link.nonce_hash)


def bind(link: MailLink) -> str:
    """Let the link belong to a browser: what that one is to keep. A hash of it is stored."""
    nonce = secrets.token_urlsafe(32)
    link.nonce_hash = hash_of(nonce)
    return nonce


def hash_of(nonce: str) -> str:
    """What is stored of a browser's nonce."""
    return hashlib.sha256(nonce.encode()).hexdigest()
