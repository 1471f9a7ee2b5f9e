"""Who runs a recurring task next: one process of all that could."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from models.operations import Schedule


def claim_run(sessions: sessionmaker[Session], name: str, every: timedelta) -> bool:
    """Whether a run is due now; true for one caller only, in whatever process. The first look only
    notes the task."""
    with sessions.begin() as session:
        claimed = session.execute(
            update(Schedule)
            .where(Schedule.name == name, Schedule.due_at <= func.now())
            .values(due_at=func.now() + every)
            .returning(Schedule.name)
        ).first()
        if claimed is None:
            session.execute(
                insert(Schedule).values(name=name, due_at=func.now()).on_conflict_do_nothing()
            )
    return claimed is not None
