"""What happened to a job, as it is read."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.ids import new_id
from models import job_events
from models.job_events import Happened, JobEvent
from models.users import User
from tests.models.test_database import make_account_row, make_job


def test_of_many_events_the_newest_are_told_in_their_order(
    clean_database: None, session: Session
) -> None:
    user = User(id=new_id(), telegram_id=1)
    session.add(user)
    session.flush()
    account = make_account_row(user)
    session.add(account)
    session.flush()
    job = make_job(user, account)
    session.add(job)
    session.flush()
    for n in range(9):
        session.add(JobEvent(job_id=job.id, kind=Happened.CLAIMED, data={"epoch": n}))
        session.flush()
    found = job_events.of_job(session, job.id, 4)
    assert [one.data["epoch"] for one in found] == [5, 6, 7, 8]
    assert len(job_events.of_job(session, job.id, 100)) == 9
