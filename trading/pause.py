"""The operator's switch that stops all sending: jobs are accepted and planned, nothing leaves."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import audit
from models.jobs import Job
from models.operations import Switch
from models.states import ENDED_JOBS
from models.waking import wake
from trading.accounts import Origin
from trading.outbox import CHANNEL, ring_from
from trading.waits import WaitReason

PAUSE = "pause_sending"
_FROM_HERE = Origin()


def switch(session: Session) -> Switch | None:
    """When it was switched last, by whom and why; None if it never was."""
    return session.get(Switch, PAUSE, populate_existing=True)


def is_paused(session: Session) -> bool:
    """Asked inside the transaction that commits an intent, so none is committed after the pause."""
    return bool(session.scalar(select(Switch.is_on).where(Switch.name == PAUSE)))


def set_paused(
    session: Session,
    paused: bool,
    *,
    by: str,
    note: str = "",
    user_id: uuid.UUID | None = None,
    origin: Origin = _FROM_HERE,
) -> None:
    """Switch it and commit. On resuming, parked jobs go on at once. `by` names whoever does it, for
    other operators; `user_id` if it is a person of the platform."""
    values = {"is_on": paused, "changed_by": by, "note": note, "changed_at": func.now()}
    session.execute(
        insert(Switch)
        .values(name=PAUSE, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    audit.record(
        session,
        "sending.paused" if paused else "sending.resumed",
        f"switch:{PAUSE}",
        user_id=user_id,
        details={"by": by, "note": note},
        request_id=origin.request_id,
        remote_addr=origin.remote_addr,
    )
    if not paused:
        parked = (
            update(Job)
            .where(Job.wait_reason == WaitReason.PAUSED, Job.state.not_in(list(ENDED_JOBS)))
            .values(not_before=func.now())
            .returning(Job.id)
        )
        for job_id in session.scalars(parked):
            ring_from(session, job_id, func.now())
        wake(session, CHANNEL)
    session.commit()
