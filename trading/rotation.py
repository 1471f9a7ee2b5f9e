"""Rotation of the master secret: every stored key pair is encrypted anew under the newest one.

Safe beside running processes that know all the master secrets: no row is locked while it is
encrypted, and one that changed meanwhile is left as it is. Stopped anywhere, it goes on where it is
started again, since what stands under the newest secret is passed over.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.vault import Vault, VaultError
from models import audit
from models.users import Account, live_accounts_after, replace_tokens

PORTION = 100


@dataclass(slots=True)
class Progress:
    """What was found so far. `under`: accounts by the master secret that they stood under, 0 the
    newest (of two tokens the older counts); `closed`: accounts that no master secret opens."""

    seen: int = 0
    rotated: int = 0
    under: Counter[int] = field(default_factory=Counter)
    closed: list[uuid.UUID] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Accounts that were found under an older master secret and were not rotated."""
        return sum(count for number, count in self.under.items() if number) - self.rotated


def rotate(session: Session, vault: Vault, *, portion: int = PORTION) -> Iterator[Progress]:
    """Rotate portion by portion, each its own transaction; the same Progress after each."""
    progress = Progress()
    for accounts in _portions(session, portion, progress):
        for account in accounts:
            _rotate_one(session, vault, account, progress)
        session.commit()
        yield progress
    if progress.rotated:
        audit.record(
            session,
            "vault.rotate",
            "vault",
            user_id=None,
            details={"rotated": progress.rotated, "closed": [str(one) for one in progress.closed]},
        )
        session.commit()


def survey(session: Session, vault: Vault, *, portion: int = PORTION) -> Iterator[Progress]:
    """Only look, and decrypt nothing; the same Progress after each portion."""
    progress = Progress()
    for accounts in _portions(session, portion, progress):
        session.rollback()
        for account in accounts:
            _standing(vault, account, progress)
        yield progress


def _portions(session: Session, size: int, progress: Progress) -> Iterator[list[Account]]:
    last = None
    while accounts := live_accounts_after(session, last, size):
        last = accounts[-1].id
        # They are values from here on: what is written is compared with what was read.
        session.expunge_all()
        progress.seen += len(accounts)
        yield accounts


def _standing(vault: Vault, account: Account, progress: Progress) -> int | None:
    """The master secret that the older of the account's tokens stands under; None if closed."""
    tokens = (account.api_key_enc or "", account.api_secret_enc or "")
    try:
        number = max(vault.master_of(account.user_id, token) for token in tokens)
    except VaultError:
        progress.closed.append(account.id)
        return None
    progress.under[number] += 1
    return number


def _rotate_one(session: Session, vault: Vault, account: Account, progress: Progress) -> None:
    if not _standing(vault, account, progress):
        return
    person = account.user_id
    try:
        api_key = vault.decrypt(person, account.api_key_enc or "")
        api_secret = vault.rotate(person, account.api_secret_enc or "")
    except VaultError:
        progress.closed.append(account.id)
        return
    token = vault.encrypt(person, api_key)
    try:
        with session.begin_nested():
            done = replace_tokens(session, account, token, api_secret, vault.fingerprint(api_key))
    except IntegrityError:
        # A process that did not know the newest secret yet let the same key in twice.
        done = replace_tokens(session, account, token, api_secret, None)
    progress.rotated += done
