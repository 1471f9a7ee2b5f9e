"""Jobs as the API shows them: read models, all by the user's id."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.numbers import ZERO
from models.fills import Fill
from models.jobs import Attempt, Job, Leg
from models.states import ENDED_LEGS, JobKind, JobState, MarketType

Fees = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class LegView:
    """A leg with what it cost so far, fees by coin."""

    leg: Leg
    attempts: int
    fees: Fees


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
    """The job's whole picture in three queries, however many legs it has."""
    legs = session.scalars(select(Leg).where(Leg.job_id == job.id).order_by(Leg.seq)).all()
    fees = fees_by_leg(session, job.id)
    counted = session.execute(
        select(Attempt.leg_id, func.count().label("sent"))
        .join(Leg, Leg.id == Attempt.leg_id)
        .where(Leg.job_id == job.id, Attempt.sends > 0)
        .group_by(Attempt.leg_id)
    )
    attempts = {row.leg_id: row.sent for row in counted}
    return JobView(
        job,
        [_leg_view(leg, attempts.get(leg.id, 0), fees.get(leg.id, {})) for leg in legs],
    )


def _leg_view(leg: Leg, attempts: int, fees: Fees) -> LegView:
    """Of a trimmed job the leg itself keeps what its attempts and fills told."""
    if leg.kept_fees is not None:
        fees = {coin: Decimal(amount) for coin, amount in leg.kept_fees.items()}
    return LegView(leg, attempts if leg.kept_attempts is None else leg.kept_attempts, fees)


def fees_by_leg(session: Session, job_id: uuid.UUID) -> dict[uuid.UUID, dict[str, Decimal]]:
    """Fees paid by a job's fills: leg → coin → amount."""
    rows = session.execute(
        select(Fill.leg_id, Fill.fee_currency, func.sum(Fill.fee))
        .where(Fill.job_id == job_id)
        .group_by(Fill.leg_id, Fill.fee_currency)
    )
    fees: dict[uuid.UUID, dict[str, Decimal]] = {}
    for leg_id, coin, amount in rows:
        if amount != ZERO:
            fees.setdefault(leg_id, {})[coin] = amount
    return fees


def list_jobs(
    session: Session,
    user_id: uuid.UUID,
    *,
    market_type: MarketType | None = None,
    state: JobState | None = None,
    kind: JobKind | None = None,
    before: uuid.UUID | None = None,
    limit: int = 20,
) -> list[Job]:
    """The user's jobs, newest first; `before` is the id of the last one seen."""
    query = select(Job).where(Job.user_id == user_id)
    if market_type is not None:
        query = query.where(Job.market_type == market_type)
    if state is not None:
        query = query.where(Job.state == state)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if before is not None:
        query = query.where(Job.id < before)
    return list(session.scalars(query.order_by(Job.id.desc()).limit(limit)))
