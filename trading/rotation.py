"""Rotation of the master secret: whatever is stored encrypted is encrypted anew under the newest
one.

Safe beside running processes that know all the master secrets: no row is locked while it is
encrypted, and one that changed meanwhile is left as it is. Stopped anywhere, it goes on where it is
started again, since what stands under the newest secret is passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core.vault import Vault, VaultError
from models import audit
from trading.stored_secrets import ACCOUNTS, PHONES, Kind

PORTION = 100
KINDS: tuple[Kind[Any], ...] = (ACCOUNTS, PHONES)


@dataclass(slots=True)
class Progress:
    """What was found so far. `seen` rows by what they are; `under`: rows by the master secret that
    they stood under, 0 the newest (of two tokens the older counts); `closed`: rows that no master
    secret opens, like `account <id>`."""

    seen: Counter[str] = field(default_factory=Counter)
    rotated: int = 0
    under: Counter[int] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Rows that were found under an older master secret and were not rotated."""
        return sum(count for number, count in self.under.items() if number) - self.rotated


def rotate(session: Session, vault: Vault, *, portion: int = PORTION) -> Iterator[Progress]:
    """Rotate portion by portion, each its own transaction; the same Progress after each."""
    progress = Progress()
    for kind in KINDS:
        for rows in _portions(session, kind, portion, progress):
            for row in rows:
                _rotate_one(session, vault, kind, row, progress)
            session.commit()
            yield progress
    if progress.rotated:
        audit.record(
            session,
            "vault.rotate",
            "vault",
            user_id=None,
            details={"rotated": progress.rotated, "closed": progress.closed},
        )
        session.commit()


def survey(session: Session, vault: Vault, *, portion: int = PORTION) -> Iterator[Progress]:
    """Only look, and decrypt nothing; the same Progress after each portion."""
    progress = Progress()
    for kind in KINDS:
        for rows in _portions(session, kind, portion, progress):
            session.rollback()
            for row in rows:
                _standing(vault, kind, row, progress)
            yield progress


def _portions(
    session: Session, kind: Kind[Any], size: int, progress: Progress
) -> Iterator[list[Any]]:
    last = None
    while rows := kind.after(session, last, size):
        last = kind.key(rows[-1])
        # They are values from here on: what is written is compared with what was read.
        session.expunge_all()
        progress.seen[kind.name] += len(rows)
        yield rows


def _standing(vault: Vault, kind: Kind[Any], row: Any, progress: Progress) -> int | None:
    """The master secret that the oldest of the row's tokens stands under; None if closed."""
    try:
        number = max(vault.master_of(kind.owner(row), token) for token in kind.tokens(row))
    except VaultError:
        progress.closed.append(f"{kind.name} {kind.key(row)}")
        return None
    progress.under[number] += 1
    return number


def _rotate_one(
    session: Session, vault: Vault, kind: Kind[Any], row: Any, progress: Progress
) -> None:
    if not _standing(vault, kind, row, progress):
        return
    try:
        progress.rotated += kind.renew(session, vault, row)
    except VaultError:
        progress.closed.append(f"{kind.name} {kind.key(row)}")
