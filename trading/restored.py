"""What a restored database needs before anything runs on it: the exchange has gone on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from models.events import EventStream
from models.jobs import Job, Leg
from models.states import ENDED_JOBS
from trading.cancel import cancel_job
from trading.pause import set_paused

_NOTE = "restored from a backup"


@dataclass(frozen=True, slots=True)
class Settled:
    """Jobs that were open: `kept` have their legs, `cancelled` were not planned yet."""

    kept: int
    cancelled: int


def settle(session: Session, *, by: str) -> Settled:
    """Pause all sending, cancel what would be planned a second time, and begin another stream of
    events. Commits; safe to repeat.

    A job with legs goes on safely whatever was sent since: its orders have the same ids. One
    without may have been done since, and new legs would have new ids. Ids of events that clients
    have seen are given out anew.
    """
    set_paused(session, True, by=by, note=_NOTE)
    session.execute(update(EventStream).values(epoch=func.gen_random_uuid()))
    session.commit()
    has_legs = exists().where(Leg.job_id == Job.id)
    still_open = Job.state.not_in(list(ENDED_JOBS))
    unplanned = session.execute(select(Job.user_id, Job.id).where(still_open, ~has_legs)).all()
    for user_id, job_id in unplanned:
        cancel_job(session, user_id, job_id)
    kept = select(func.count()).select_from(Job).where(still_open, has_legs)
    return Settled(kept=session.scalar(kept) or 0, cancelled=len(unplanned))
