"""What is done about a refused password: a line in the log, and, after many in a day, word to whom
the address belongs.

Nothing here depends on whether it is anybody's: the worker finds that out (`identity.post`).
"""

from __future__ import annotations

from core.logs import get_logger
from identity.addresses import mailbox
from models.base import db
from models.mails import MailKind, owe
from models.row_security import system_scope
from web import wired
from web.problems import language
from web.tries import count_refused

log = get_logger(__name__)
TOLD_AFTER = 10


def note(email: str) -> None:
    """A password was refused for this address, as it was typed in. Nothing of the caller's may be
    pending in the session."""
    address = mailbox(email)
    short, today = count_refused(address or email)
    log.warning("sign_in.refused", of=short, today=today)
    settings = wired.settings()
    if today == TOLD_AFTER and address is not None and settings.mail_server is not None:
        with system_scope(db.session()):
            owe(db.session(), MailKind.PASSWORD_GUESSED, address, language())
        db.session.commit()
