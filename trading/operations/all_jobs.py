"""Everybody's jobs, for operators."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import Session

from core.ids import ORDER_LINK_PREFIX
from models.jobs import Attempt, Job, Leg
from models.users import Account, User
from trading.views import JobFilter


@dataclass(frozen=True, slots=True)
class Search:
    """Which jobs. `words`: the id of a job, a person or an account, an order's id, or a symbol."""

    wanted: JobFilter = field(default_factory=JobFilter)
    user_id: uuid.UUID | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Whose:
    """A job with whom it belongs to."""

    job: Job
    user: User
    account: Account


def find_jobs(
    session: Session, search: Search, *, before: uuid.UUID | None, limit: int
) -> Sequence[Whose]:
    """The newest first; `before` is the id of the last one seen."""
    query = _whose().where(*search.wanted.conditions())
    if search.user_id is not None:
        query = query.where(Job.user_id == search.user_id)
    if search.words:
        query = query.where(_about(search.words))
    if before is not None:
        query = query.where(Job.id < before)
    rows = session.execute(query.order_by(Job.id.desc()).limit(limit))
    return [Whose(*row) for row in rows]


def job_of_anybody(session: Session, job_id: uuid.UUID) -> Whose | None:
    row = session.execute(_whose().where(Job.id == job_id)).one_or_none()
    return None if row is None else Whose(*row)


def _whose() -> Select[Job, User, Account]:
    return (
        select(Job, User, Account)
        .join(User, User.id == Job.user_id)
        .join(Account, Account.id == Job.account_id)
    )


def _about(words: str) -> ColumnElement[bool]:
    try:
        named = uuid.UUID(words)
    except ValueError:
        pass
    else:
        return or_(Job.id == named, Job.user_id == named, Job.account_id == named)
    if words.startswith(ORDER_LINK_PREFIX):
        of_order = select(Leg.job_id).join(Attempt, Attempt.leg_id == Leg.id)
        return Job.id.in_(of_order.where(Attempt.order_link_id == words))
    symbol = words.upper()
    if not symbol.isascii():
        return false()
    return exists().where(Leg.job_id == Job.id, Leg.symbol == symbol)
