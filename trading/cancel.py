"""Cancel a job: at once while nobody works on it, else by asking the worker to stop sending."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.problems import Problem
from models import audit
from models.jobs import Job
from models.states import ENDED_JOBS, JobState
from trading.outbox import ring_from, settle_ended
from trading.receipts import build_receipt
from trading.states import JOB_TRANSITIONS, check_step
from trading.telling import tell_ended


def cancel_job(
    session: Session,
    user_id: uuid.UUID,
    job_id: uuid.UUID,
    *,
    request_id: str | None = None,
    remote_addr: str | None = None,
    operator_id: uuid.UUID | None = None,
    retention_days: int = 30,
) -> Job:
    """The job after the cancel: `cancelled` if it was still queued, otherwise running with
    `cancel_requested`; what was sent is settled, nothing more is sent.

    `operator_id`: who does it, where it is not the person. `retention_days`: how long what
    happened to it is kept.

    Raises Problem `not_found` and `job_already_ended`.
    """
    # The row lock orders this against a worker's claim: one of the two sees the other's commit.
    query = select(Job).where(Job.id == job_id, Job.user_id == user_id).with_for_update()
    job = session.scalar(query)
    if job is None:
        raise Problem("not_found", 404)
    if job.state in ENDED_JOBS:
        session.rollback()
        raise Problem("job_already_ended", 409)
    job.cancel_requested = True
    job.version += 1
    if job.state is JobState.QUEUED:
        job.state = check_step(JOB_TRANSITIONS, job.state, JobState.CANCELLED)
        job.finished_at = func.now()
        # Nothing was planned or sent, but what happened is told as long as of any other.
        job.trim_after = func.now() + timedelta(days=retention_days)
        session.flush()
        job.receipt = build_receipt(session, job)
        settle_ended(session, job)
        # Who cancelled it knows; only the bot's question is told what became of it.
        tell_ended(session, job, only_where_asked=True)
    elif job.not_before is not None:
        # A parked job need not wait out its pause to learn of the cancel.
        job.not_before = None
        ring_from(session, job.id, func.now())
    audit.record(
        session,
        "job.cancel",
        f"job:{job.id}",
        user_id=operator_id or user_id,
        request_id=request_id,
        remote_addr=remote_addr,
    )
    session.commit()
    return job
