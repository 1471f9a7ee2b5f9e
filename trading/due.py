"""Jobs that nobody works on and that could go on now: what the sweeper rings for."""

from __future__ import annotations

import uuid

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.jobs import Job
from models.states import ENDED_JOBS


def due_jobs(session: Session, *, limit: int = 100) -> list[uuid.UUID]:
    """Ids of open jobs that are due, free or abandoned, and first in their account's order."""
    earlier = aliased(Job)
    ended = list(ENDED_JOBS)
    query = (
        select(Job.id)
        .where(
            Job.state.not_in(ended),
            or_(Job.lease_until.is_(None), Job.lease_until < func.now()),
            or_(Job.not_before.is_(None), Job.not_before <= func.now()),
            ~exists().where(
                earlier.account_id == Job.account_id,
                earlier.queue_no < Job.queue_no,
                earlier.state.not_in(ended),
            ),
        )
        .order_by(Job.queue_no)
        .limit(limit)
    )
    return list(session.scalars(query))
