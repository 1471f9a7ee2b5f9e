"""Seals the audit log: what was added since is linked to the chain, some seconds behind the deeds,
so that nobody who trades waits for a chain that is everybody's."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.logs import get_logger
from models.audit import AuditEntry, AuditSeal
from trading.audit_chain import GENESIS, link
from trading.schedules import claim_run

log = get_logger(__name__)

_NAME = "seal_audit_log"
_EVERY = timedelta(seconds=5)
_BATCH = 500
_PATIENCE_SECONDS = 3.0
_LOOK_SECONDS = 0.05
# Any number that no other lock of ours uses.
_ONE_SEALER = text("select pg_try_advisory_xact_lock(7261001)")


def claim_sealing(sessions: sessionmaker[Session]) -> bool:
    """Whether a sealing is due now; true for one caller only, in whatever process."""
    return claim_run(sessions, _NAME, _EVERY)


def seal(sessions: sessionmaker[Session], *, stopping: threading.Event | None = None) -> int:
    """Seal all entries that are there, in small transactions; how many were sealed. Nothing while a
    transaction that may hold an earlier id does not end: the next run finds them."""
    pause = stopping or threading.Event()
    upto = _settled(sessions, pause)
    total = 0
    while upto is not None and not pause.is_set():
        with sessions.begin() as session:
            sealed = _seal_some(session, upto)
        total += sealed
        if sealed < _BATCH:
            break
    return total


def _settled(sessions: sessionmaker[Session], pause: threading.Event) -> int | None:
    """The newest id, once every transaction that could hold one up to it has ended: ids are given
    out before they are committed, and not in that order. A transaction has its number before it
    takes an id (trigger `numbered_after_xid`)."""
    until = clock.monotonic() + _PATIENCE_SECONDS
    with sessions.begin() as session:
        newest: int | None = session.scalar(select(func.max(AuditEntry.id)))
        if newest is None or newest <= _last(session)[1]:
            return None
    with sessions.begin() as session:
        begun = session.scalar(text("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"))
    while True:
        with sessions.begin() as session:
            ended = session.scalar(
                text("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            )
        if ended is not None and begun is not None and ended >= begun:
            return newest
        if clock.monotonic() >= until or pause.wait(_LOOK_SECONDS):
            return None


def _last(session: Session) -> tuple[int, int, str]:
    """Number, last id and hash of the newest seal."""
    query = select(AuditSeal.number, AuditSeal.last_id, AuditSeal.hash)
    row = session.execute(query.order_by(AuditSeal.number.desc()).limit(1)).first()
    return (0, 0, GENESIS) if row is None else (row.number, row.last_id, row.hash)


def _seal_some(session: Session, upto: int) -> int:
    if not session.scalar(_ONE_SEALER):
        return 0
    number, after, prev_hash = _last(session)
    found = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.id > after, AuditEntry.id <= upto)
        .order_by(AuditEntry.id)
        .limit(_BATCH)
    ).all()
    if not found:
        return 0
    made = AuditSeal(
        number=number + 1,
        last_id=found[-1].id,
        entry_ids=[entry.id for entry in found],
        prev_hash=prev_hash,
        hash=link(number + 1, prev_hash, found),
    )
    session.add(made)
    # In the log's own store it also tells of a chain that was cut off at its end.
    # Half of the hash: the whole would be masked, as a MAC might be a secret.
    log.info("audit.sealed", seal=made.number, entries=len(found), head=made.hash[:32])
    return len(found)
