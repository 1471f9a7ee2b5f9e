"""The lease: which worker may act on a job, until when, under which epoch (design §4).

Every write of a worker begins with `hold`: it renews the lease and takes the job's row lock in
the same transaction, or raises LeaseLost, so nothing a worker has lost the right to is written.
Only the database's clock is used. Between writes a heartbeat renews (`trading.heartbeat`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from models import row_security
from models.base import any_of
from models.jobs import Job, tell_of
from models.states import ENDED_JOBS
from models.users import Account
from trading.calls import Calls

_ENDED = any_of("state", ENDED_JOBS)

# One statement claims: its row lock makes a second claimer look again after the first's commit.
_CLAIM = text(
    f"""
    update jobs set
      lease_owner = :owner,
      lease_until = now() + make_interval(secs => :seconds),
      lease_epoch = lease_epoch + 1,
      state = case when state = 'queued' then 'planning' else state end,
      started_at = coalesce(started_at, now()),
      not_before = null,
      wait_reason = null,
      wait_until = null,
      version = version + 1
    where id = :job_id
      and not ({_ENDED})
      and (lease_until is null or lease_until < now())
      and (not_before is null or not_before <= now())
      and not exists (
        select 1 from jobs earlier
        where earlier.account_id = jobs.account_id
          and earlier.queue_no < jobs.queue_no
          and not ({any_of("earlier.state", ENDED_JOBS)})
      )
    returning *
    """  # noqa: S608 - built from enums of ours
).bindparams(bindparam("job_id", type_=Job.id.type))


class LeaseLost(Exception):
    """Another worker has taken the job over: write nothing more, send nothing more."""


@dataclass(slots=True, eq=False)
class Lease:
    """The right to act on one job. `write` opens the only kind of transaction a worker makes."""

    sessions: sessionmaker[Session]
    job: Job
    account: Account
    """Both as they were when the lease was taken."""
    owner: str
    epoch: int
    seconds: float
    touched: float = field(default_factory=clock.monotonic)
    """When the turn made its last step: what the heartbeat looks at."""
    calls: Calls = field(default_factory=Calls)
    """What was asked of the exchange and is yet to be told: the next write does."""

    @property
    def job_id(self) -> uuid.UUID:
        return self.job.id

    @contextmanager
    def write(self, *, visible: bool = True, telling: bool = True) -> Iterator[tuple[Session, Job]]:
        """A fenced transaction: commits at the end, rolls back on an error. Renews the lease.
        `visible` says that a poller would see the change: it moves the job's version. `telling`:
        write down the calls that wait for it."""
        self.touched = clock.monotonic()
        with self.sessions.begin() as session:
            job = self._hold(session, visible)
            told = self.calls.tell(session, self.job_id) if telling else 0
            yield session, job
        self.calls.forget(told)
        self.touched = clock.monotonic()

    def renew(self) -> Job:
        """Only renew: before a call that changes something. Raises LeaseLost."""
        with self.write(visible=False) as (_, job):
            return job

    def _hold(self, session: Session, visible: bool) -> Job:
        job = session.scalar(
            update(Job)
            .where(
                Job.id == self.job_id, Job.lease_epoch == self.epoch, Job.lease_owner == self.owner
            )
            .values(
                lease_until=func.now() + timedelta(seconds=self.seconds),
                version=Job.version + (1 if visible else 0),
            )
            .returning(Job)
            .execution_options(populate_existing=True)
        )
        if job is None:
            raise LeaseLost(f"job {self.job_id} epoch {self.epoch}")
        if visible:
            tell_of(session, job)
        return job

    def release(self, job: Job) -> None:
        """Give the job back, inside a `write`."""
        job.lease_owner = None
        job.lease_until = None


def renew_all(sessions: sessionmaker[Session], leases: Sequence[Lease]) -> None:
    """The heartbeat's one statement: a lease that was lost or given back stays as it is."""
    mine = [(lease.job_id, lease.epoch, lease.owner) for lease in leases]
    with sessions.begin() as session:
        session.execute(
            update(Job)
            .where(
                tuple_(Job.id, Job.lease_epoch, Job.lease_owner).in_(mine),
                Job.lease_until >= func.now(),
            )
            .values(lease_until=func.now() + timedelta(seconds=leases[0].seconds))
            .execution_options(synchronize_session=False)
        )


def _account_of(job: Job) -> Select[Account]:
    """Never another's keys, even against a defect of ours."""
    return select(Account).where(Account.id == job.account_id, Account.user_id == job.user_id)


def claim(
    sessions: sessionmaker[Session], job_id: uuid.UUID, owner: str, seconds: float
) -> Lease | None:
    """Take the job if it is free (or its lease ran out), due, and the first of its account.

    None means: not now, or not any more. Safe to call from any number of workers at once.
    """
    parameters: dict[str, Any] = {"job_id": job_id, "owner": owner, "seconds": seconds}
    try:
        with sessions.begin() as session:
            job = session.scalar(select(Job).from_statement(_CLAIM), parameters)
            account = session.scalars(_account_of(job)).one() if job else None
            if job is not None:
                tell_of(session, job)
    except IntegrityError:
        # The account has a running job after all: the unique index is the last word.
        return None
    if job is None or account is None:
        return None
    # From here on the job's owner is all that this worker acts for.
    theirs = row_security.of(sessions, job.user_id)
    return Lease(theirs, job, account, owner, job.lease_epoch, seconds)
