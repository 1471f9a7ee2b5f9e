"""Exposure over time: what a book is worth long and short, noted by jobs and by who reads it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.numbers import ZERO
from exchange.types import Category, Side
from models import exposures
from models.exposures import Sample, Sides
from models.jobs import Job, Leg
from models.states import FILLED_JOBS, JobKind, MarketType
from trading.plans import Book
from trading.quantities import unit_worth

_MOST_POINTS = 500
_PAGE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class History:
    """Samples, and the jobs that filled something; both oldest first, at most 500 of each."""

    samples: Sequence[Sample]
    jobs: Sequence[Job]


def exposure_of(book: Book) -> Sides:
    """What the book holds on each side, in dollars."""

    def worth(side: Side) -> Decimal:
        return sum((p.value for p in book.positions if p.side is side), ZERO)

    return Sides(worth(Side.BUY), worth(Side.SELL))


def note_reading(session: Session, account_id: uuid.UUID, book: Book) -> None:
    """A page has read the book: a sample, at most one a minute. The caller commits."""
    sides = exposure_of(book)
    exposures.record_if_due(session, account_id, book.market_type, sides, _PAGE_EVERY)


def record_after(session: Session, job: Job, legs: Sequence[Leg]) -> None:
    """A job ends: the book as it was planned on, changed by what was filled, at the plan's prices.
    Reading it again would keep the account's next job waiting."""
    change = change_by(job.kind, legs)
    if job.planned_at is not None and change != Sides(ZERO, ZERO):
        exposures.record_change(session, job.account_id, job.market_type, job.planned_at, change)


def change_by(kind: JobKind, legs: Sequence[Leg]) -> Sides:
    """What the fills did to each side."""
    sign = 1 if kind is JobKind.RESTORE else -1

    def moved(side: Side) -> Decimal:
        return sum(
            (
                sign * leg.qty_filled * unit_worth(Category(leg.category), leg.price)
                for leg in legs
                if leg.position_side == side
            ),
            ZERO,
        )

    return Sides(moved(Side.BUY), moved(Side.SELL))


def history(session: Session, account_id: uuid.UUID, market: MarketType, days: int) -> History:
    """The last so many days of an account's book in one market."""
    since = clock.utcnow() - timedelta(days=days)
    jobs = session.scalars(
        select(Job)
        .where(
            Job.account_id == account_id,
            Job.market_type == market,
            Job.state.in_(sorted(FILLED_JOBS)),
            Job.finished_at >= since,
        )
        .order_by(Job.finished_at.desc())
        .limit(_MOST_POINTS)
    ).all()
    samples = exposures.series(session, account_id, market, since, _MOST_POINTS)
    return History(samples, jobs[::-1])
