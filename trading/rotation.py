"""Rotation of the master secret: all that is stored encrypted is encrypted anew under the newest.

Safe beside running processes that know all the master secrets: no row is locked while it is
encrypted, and one that changed meanwhile is left as it is. Stopped anywhere, it goes on where it is
started again, since what stands under the newest secret is passed over.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core.vault import Vault, VaultError
from models import audit
from trading.vaulted import AccountKeys, Factors, Vaulted

PORTION = 100
_KINDS: tuple[Vaulted[Any], ...] = (AccountKeys(), Factors())


@dataclass(slots=True)
class Progress:
    """What was found so far. `under`: rows by the master secret that they stood under, 0 the newest
    (of several tokens the oldest counts); `closed`: what no master secret opens, by kind and id."""

    seen: int = 0
    rotated: int = 0
    under: Counter[int] = field(default_factory=Counter)
    closed: list[tuple[str, uuid.UUID]] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Rows that were found under an older master secret and were not rotated."""
        return sum(count for number, count in self.under.items() if number) - self.rotated


def rotate(session: Session, vault: Vault, *, portion: int = PORTION) -> Iterator[Progress]:
    """Rotate portion by portion, each its own transaction; the same Progress after each."""
    progress = Progress()
    for kind, rows in _portions(session, portion, progress):
        for row in rows:
            _rotate_one(session, vault, kind, row, progress)
        session.commit()
        yield progress
    if progress.rotated:
        # Whose they are is nothing for a log that stays.
        closed = Counter(name for name, _ in progress.closed)
        audit.record(
            session,
            "vault.rotate",
            "vault",
            user_id=None,
            details={"rotated": progress.rotated, "closed": dict(closed)},
        )
        session.commit()


def survey(session: Session, vault: Vault, *, portion: int = PORTION) -> Iterator[Progress]:
    """Only look, and decrypt nothing; the same Progress after each portion."""
    progress = Progress()
    for kind, rows in _portions(session, portion, progress):
        session.rollback()
        for row in rows:
            _standing(vault, kind, row, progress)
        yield progress


def _portions(
    session: Session, size: int, progress: Progress
) -> Iterator[tuple[Vaulted[Any], Sequence[Any]]]:
    for kind in _KINDS:
        last = None
        while rows := kind.after(session, last, size):
            last = kind.id(rows[-1])
            # They are values from here on: what is written is compared with what was read.
            session.expunge_all()
            progress.seen += len(rows)
            yield kind, rows


def _standing(vault: Vault, kind: Vaulted[Any], row: Any, progress: Progress) -> int | None:
    """The master secret that the oldest of the row's tokens stands under; None if closed."""
    person = kind.person(row)
    try:
        number = max((vault.master_of(person, token) for token in kind.tokens(row)), default=0)
    except VaultError:
        progress.closed.append((kind.name, kind.id(row)))
        return None
    progress.under[number] += 1
    return number


def _rotate_one(
    session: Session, vault: Vault, kind: Vaulted[Any], row: Any, progress: Progress
) -> None:
    if not _standing(vault, kind, row, progress):
        return
    try:
        progress.rotated += kind.renew(session, vault, row)
    except VaultError:
        progress.closed.append((kind.name, kind.id(row)))
