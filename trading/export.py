"""A user's history leg by leg, read in portions so that its length costs no memory."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.fills import Fill
from models.jobs import Job, Leg
from models.users import Account
from trading.leg_totals import Fees, Filled, fees_of, filled_by_leg
from trading.views import JobFilter, list_jobs

_PORTION = 100
"""Jobs that are read at once, each with its legs."""


@dataclass(frozen=True, slots=True)
class LegRecord:
    """A leg with its job, and what it cost by coin. `leg` None: the job came to no plan.
    `is_first`: what is told of the whole job is told here."""

    job: Job
    account_label: str
    leg: Leg | None
    fees: Fees
    is_first: bool


def leg_records(session: Session, user_id: uuid.UUID, wanted: JobFilter) -> Iterator[LegRecord]:
    """Every leg of the wanted jobs, the newest job first. Between two portions the connection is
    given back: whoever takes the rows may be slow."""
    labels = _labels(session, user_id)
    before: uuid.UUID | None = None
    while True:
        jobs = list_jobs(session, user_id, wanted, before=before, limit=_PORTION)
        legs, filled = _legs(session, jobs)
        session.commit()
        for job in jobs:
            yield from _records(job, labels[job.account_id], legs.get(job.id, ()), filled)
        if len(jobs) < _PORTION:
            return
        before = jobs[-1].id


def _labels(session: Session, user_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Of all accounts the user ever had."""
    accounts = session.scalars(select(Account).where(Account.user_id == user_id))
    return {account.id: account.label for account in accounts}


def _legs(
    session: Session, jobs: Sequence[Job]
) -> tuple[dict[uuid.UUID, list[Leg]], dict[uuid.UUID, Filled]]:
    ids = [job.id for job in jobs]
    by_job: dict[uuid.UUID, list[Leg]] = {}
    for leg in session.scalars(select(Leg).where(Leg.job_id.in_(ids)).order_by(Leg.seq)):
        by_job.setdefault(leg.job_id, []).append(leg)
    return by_job, filled_by_leg(session, Fill.job_id.in_(ids))


def _records(
    job: Job, label: str, legs: Sequence[Leg], filled: Mapping[uuid.UUID, Filled]
) -> Iterator[LegRecord]:
    if not legs:
        yield LegRecord(job, label, None, {}, is_first=True)
    for place, leg in enumerate(legs):
        fees = fees_of(leg, filled.get(leg.id, Filled()))
        yield LegRecord(job, label, leg, fees, is_first=place == 0)
