"""Worker processes: each says every second that it lives, and hears whether it shall take jobs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, CreatedAt, Moment

BEAT_SECONDS = 1.0
"""How often each says that it lives, and within how long it hears that it is drained."""
SILENT_SECONDS = 10.0
"""Whoever said nothing for so long has died, or is cut off."""
_SHOWN = timedelta(minutes=15)
_KEPT = timedelta(days=1)


class WorkerProcess(Base):
    """One of them. `name` is its own alone, and what the owners of its leases begin with;
    `drained_at` since when it takes no new work, null while it does."""

    __tablename__ = "worker_processes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    threads: Mapped[int]
    started_at: Mapped[CreatedAt]
    beat_at: Mapped[CreatedAt]
    drained_at: Mapped[Moment | None]

    @property
    def has_heard(self) -> bool:
        """Whether it knows that it is drained."""
        return self.drained_at is not None and self.beat_at > self.drained_at


def beat(session: Session, process: uuid.UUID, name: str, threads: int) -> bool:
    """It lives. Whether it is drained."""
    query = (
        insert(WorkerProcess)
        .values(id=process, name=name, threads=threads)
        .on_conflict_do_update(index_elements=["id"], set_={"beat_at": func.now()})
        .returning(WorkerProcess.drained_at)
    )
    return session.scalar(query) is not None


def leave(session: Session, process: uuid.UUID) -> None:
    """It ends by itself."""
    session.execute(delete(WorkerProcess).where(WorkerProcess.id == process))


def known(session: Session) -> Sequence[tuple[WorkerProcess, datetime]]:
    """Those that said something lately, the longest running first, each with the moment at which
    it was asked, by the database's clock."""
    query = (
        select(WorkerProcess, func.now())
        .where(WorkerProcess.beat_at > func.now() - _SHOWN)
        .order_by(WorkerProcess.started_at, WorkerProcess.name)
    )
    return [(row, now) for row, now in session.execute(query)]


def drain(session: Session, process: uuid.UUID, drained: bool) -> WorkerProcess | None:
    """Let it take no new work, or take some again. None for one that there is not. It has heard
    of it with the first beat that is later (`WorkerProcess.has_heard`)."""
    # Not the transaction's beginning: a beat may come between that and this.
    since = func.coalesce(WorkerProcess.drained_at, func.clock_timestamp()) if drained else None
    query = (
        update(WorkerProcess)
        .where(WorkerProcess.id == process)
        .values(drained_at=since)
        .returning(WorkerProcess)
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def forget_old(session: Session) -> None:
    """Remove those that died long ago."""
    gone = WorkerProcess.beat_at < func.now() - _KEPT
    session.execute(delete(WorkerProcess).where(gone))
