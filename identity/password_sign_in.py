"""Sign-in by e-mail and password. An address that nobody has, one that was not verified, and a
wrong password are one and the same: in the answer, and in the work done for it."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from core.problems import Problem
from identity.addresses import mailbox
from identity.passwords import Passwords
from models import emails


def whose(session: Session, passwords: Passwords, email: str, password: str) -> uuid.UUID:
    """The person with this address and this password. Nothing of the caller's may be pending in the
    session. Raises Problem (401) `bad_credentials`."""
    # What is no address is looked for too, and not found.
    found = emails.by_address(session, mailbox(email) or "")
    user_id, stored = (found.user_id, found.password_hash) if found else (None, None)
    # The connection is others' while this is computed.
    session.rollback()
    if not passwords.matches(password, stored) or user_id is None or stored is None:
        raise Problem("bad_credentials", 401)
    if passwords.is_outdated(stored):
        emails.rehash(session, user_id, stored, passwords.hash(password))
        session.commit()
    return user_id
