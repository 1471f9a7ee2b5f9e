"""What a restored database needs before anything runs on it."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.events import EventStream
from models.jobs import Job
from models.states import ENDED_JOBS
from trading.pause import set_paused

_NOTE = "restored from a backup"


def settle(session: Session, *, by: str) -> int:
    """Pause all sending, and begin another stream of events; how many jobs are open. Commits.

    The exchange knows more than a dump does: an open job may have been done since, and would be
    planned once more. And ids of events that clients have seen are given out anew.
    """
    session.execute(update(EventStream).values(epoch=func.gen_random_uuid()))
    set_paused(session, True, by=by, note=_NOTE)
    query = select(func.count()).select_from(Job).where(Job.state.not_in(list(ENDED_JOBS)))
    return session.scalar(query) or 0
