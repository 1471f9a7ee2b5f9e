"""What a link in a mail carries: its row's id, and a MAC of it under the master secret. So whoever
reads the database can't make one, and a mail that is sent twice holds the same link twice."""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from core.problems import Problem
from core.secrets_filter import remember
from core.vault import Vault
from models import mail_links
from models.mail_links import MailLink, Purpose

LIVES = {Purpose.VERIFY: timedelta(hours=24), Purpose.RESET: timedelta(minutes=30)}
"""How long a link is good."""
# In the fragment: no server, proxy or log on the way gets to see it.
_PAGES = {Purpose.VERIFY: "/verify#token=", Purpose.RESET: "/reset#token="}
_ID_BYTES = 16


def address(vault: Vault, link: MailLink, public_url: str) -> str:
    """The link as it stands in the mail."""
    mac = bytes.fromhex(vault.fingerprint(_signed(link.id, link.purpose)))
    token = base64.urlsafe_b64encode(link.id.bytes + mac).decode()
    remember(token)
    return f"{public_url}{_PAGES[link.purpose]}{token}"


def opened(session: Session, vault: Vault, token: str, purpose: Purpose) -> MailLink:
    """The link that a token is of, not used up yet. Raises Problem (400) `link_invalid` for one
    that was used, expired, is for something else, or is no token of ours."""
    remember(token)
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        raise Problem("link_invalid", 400) from None
    if len(raw) <= _ID_BYTES:
        raise Problem("link_invalid", 400)
    link_id, mac = uuid.UUID(bytes=raw[:_ID_BYTES]), raw[_ID_BYTES:].hex()
    # A rotation of the master secret breaks no link.
    macs = vault.fingerprints(_signed(link_id, purpose))
    if not any(hmac.compare_digest(mac, good) for good in macs):
        raise Problem("link_invalid", 400)
    link = mail_links.good(session, link_id, purpose)
    if link is None:
        raise Problem("link_invalid", 400)
    return link


def use_up(session: Session, link: MailLink) -> None:
    """Raises Problem (400) `link_invalid` if somebody else was quicker."""
    if not mail_links.take(session, link.id):
        raise Problem("link_invalid", 400)


def _signed(link_id: uuid.UUID, purpose: Purpose) -> str:
    return f"mail-link:{purpose.value}:{link_id}"
