"""Jobs as the API shows them: read models, all by the user's id."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.fills import Fill
from models.jobs import Job, Leg
from models.states import ENDED_LEGS, JobKind, JobState, MarketType
from trading.leg_totals import Fees, Filled, Orders, fees_of, filled_by_leg, orders_by_leg


@dataclass(frozen=True, slots=True)
class LegView:
    """A leg with the orders sent for it and what it cost so far, fees by coin."""

    leg: Leg
    attempts: int
    fees: Fees
    orders: Orders
    fill_ms: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: legs that ended, of all."""

    legs_total: int
    legs_done: int

    @property
    def percent(self) -> int:
        return 100 * self.legs_done // self.legs_total if self.legs_total else 0


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with its legs, in the order of the plan."""

    job: Job
    legs: Sequence[LegView]

    @property
    def progress(self) -> Progress:
        done = sum(1 for view in self.legs if view.leg.state in ENDED_LEGS)
        return Progress(len(self.legs), done)


def job_of_user(session: Session, user_id: uuid.UUID, job_id: uuid.UUID) -> Job | None:
    return session.scalar(select(Job).where(Job.id == job_id, Job.user_id == user_id))


def job_version(session: Session, user_id: uuid.UUID, job_id: uuid.UUID) -> int | None:
    """The job's version, by primary key: what a long poll asks again and again."""
    return session.scalar(select(Job.version).where(Job.id == job_id, Job.user_id == user_id))


def job_view(session: Session, job: Job) -> JobView:
    """The job's whole picture in three queries, however many legs it has; in none while it has no
    plan, as when it is accepted."""
    if job.planned_at is None:
        return JobView(job, [])
    legs = session.scalars(select(Leg).where(Leg.job_id == job.id).order_by(Leg.seq)).all()
    orders = orders_by_leg(session, job.id)
    filled = filled_by_leg(session, Fill.job_id == job.id)
    return JobView(
        job,
        [
            _leg_view(leg, orders.get(leg.id, Orders()), filled.get(leg.id, Filled()))
            for leg in legs
        ],
    )


def _leg_view(leg: Leg, orders: Orders, filled: Filled) -> LegView:
    """Of a trimmed job the leg itself keeps how many orders and fees there were."""
    return LegView(
        leg,
        attempts=orders.count if leg.kept_attempts is None else leg.kept_attempts,
        fees=fees_of(leg, filled),
        orders=orders,
        fill_ms=orders.ms_until(filled.last_at),
    )


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which of a user's jobs; what is None or empty restricts nothing. `since` and `until` bound
    the time of acceptance, `until` excluded."""

    market_type: MarketType | None = None
    states: Sequence[JobState] = ()
    kind: JobKind | None = None
    account_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a query on jobs."""
        wanted = {
            Job.market_type: self.market_type,
            Job.kind: self.kind,
            Job.account_id: self.account_id,
        }
        found = [column == value for column, value in wanted.items() if value is not None]
        if self.states:
            found.append(Job.state.in_(self.states))
        if self.since is not None:
            found.append(Job.created_at >= self.since)
        if self.until is not None:
            found.append(Job.created_at < self.until)
        return found


def list_jobs(
    session: Session,
    user_id: uuid.UUID,
    wanted: JobFilter,
    *,
    before: uuid.UUID | None = None,
    limit: int = 20,
) -> list[Job]:
    """The user's jobs, newest first; `before` is the id of the last one seen."""
    query = select(Job).where(Job.user_id == user_id, *wanted.conditions())
    if before is not None:
        query = query.where(Job.id < before)
    return list(session.scalars(query.order_by(Job.id.desc()).limit(limit)))
