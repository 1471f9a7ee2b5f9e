"""Recomputes the audit log's chain and names the first thing that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry, AuditOrigin, AuditSeal, origin_hash
from models.users import User
from trading.audit_chain import GENESIS, link

_SEALS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: `fault` is a sentence, None where all fits. `head` is the newest seal's hash,
    to compare with one that was noted elsewhere."""

    fault: str | None
    seals: int
    entries: int
    unsealed: int
    head: str


def verify(session: Session) -> Verdict:
    """Read the whole log, a portion at a time. What was added after the last seal is only
    counted."""
    seals, entries, after, head = 0, 0, 0, GENESIS
    fault: str | None = None
    while fault is None:
        portion = session.scalars(
            select(AuditSeal)
            .where(AuditSeal.number > seals)
            .order_by(AuditSeal.number)
            .limit(_SEALS_AT_ONCE)
        ).all()
        for seal in portion:
            fault = _fault(session, seal, seals + 1, after, head)
            if fault is not None:
                break
            seals, after, head = seal.number, seal.last_id, seal.hash
            entries += len(seal.entry_ids)
        session.expunge_all()
        if len(portion) < _SEALS_AT_ONCE:
            break
    unsealed = session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.id > after)
    )
    return Verdict(fault, seals, entries, unsealed or 0, head)


def _fault(session: Session, seal: AuditSeal, number: int, after: int, head: str) -> str | None:
    """Why this seal is not the one that was made after `head`, None if it is."""
    if seal.number != number:
        return f"seal {number} is missing"
    if seal.prev_hash != head:
        return f"seal {number} does not follow the one before it"
    found = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.id > after, AuditEntry.id <= seal.last_id)
        .order_by(AuditEntry.id)
    ).all()
    there, sealed = {entry.id for entry in found}, set(seal.entry_ids)
    if sealed - there:
        return f"entry {min(sealed - there)} of seal {number} is missing"
    if there - sealed:
        return f"entry {min(there - sealed)} was put in after seal {number} was made"
    if link(number, head, found) != seal.hash:
        return f"seal {number} is broken: an entry of {found[0].id} to {seal.last_id} was changed"
    return _fault_of_origins(session, found)


def _fault_of_origins(session: Session, found: Sequence[AuditEntry]) -> str | None:
    """An origin is as its entry says; it may be gone only with its person."""
    ids = [entry.id for entry in found]
    origins = {
        origin.entry_id: origin
        for origin in session.scalars(select(AuditOrigin).where(AuditOrigin.entry_id.in_(ids)))
    }
    actors = {entry.actor for entry in found if entry.actor is not None}
    known = set(session.scalars(select(User.pseudonym).where(User.pseudonym.in_(actors))))
    for entry in found:
        origin = origins.get(entry.id)
        if origin is None:
            if entry.origin_hash is not None and entry.actor in known:
                return f"the origin of entry {entry.id} is missing"
        elif entry.origin_hash != origin_hash(origin.salt, origin.request_id, origin.remote_addr):
            return f"the origin of entry {entry.id} was changed"
    return None
