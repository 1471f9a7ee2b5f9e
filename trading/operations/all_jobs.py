"""Everybody's jobs, for operators."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Boolean, ColumnElement, Select, and_, false, literal_column, select
from sqlalchemy.orm import Session

from core.ids import ORDER_LINK_PREFIX, first_id_at
from models.base import any_of
from models.jobs import Attempt, Job, Leg
from models.states import ENDED_JOBS, TROUBLED_JOBS
from models.users import Account, User
from trading.views import JobFilter

_CLOCKS_APART = timedelta(minutes=5)
"""A job's id carries the time of the web process that made it, `created_at` the database's."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_FAR_AHEAD = datetime(9000, 1, 1, tzinfo=UTC)


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
    query = _whose().where(*search.wanted.conditions(), *_found_by(search.wanted))
    if search.user_id is not None:
        query = query.where(Job.user_id == search.user_id)
    if search.wanted.account_id is not None:
        query = query.where(_of_account(session, search.wanted.account_id))
    if search.words:
        query = query.where(_about(session, search.words))
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


def _found_by(wanted: JobFilter) -> Iterator[ColumnElement[bool]]:
    """What narrows nothing and lets an index serve: ids are made in the order of time, and few jobs
    are open or went wrong."""
    if wanted.since is not None:
        yield Job.id >= _first_id(wanted.since, -_CLOCKS_APART)
    if wanted.until is not None:
        yield Job.id < _first_id(wanted.until, _CLOCKS_APART)
    states = frozenset(wanted.states)
    if states and states <= TROUBLED_JOBS:
        yield literal_column(f"({any_of('jobs.state', TROUBLED_JOBS)})", Boolean)
    if states and not states & ENDED_JOBS:
        yield literal_column(f"not ({any_of('jobs.state', ENDED_JOBS)})", Boolean)


def _first_id(moment: datetime, shift: timedelta) -> uuid.UUID:
    """Of any moment that a request may name; there is no id from before or after those two."""
    return first_id_at(min(max(moment, _LONG_AGO), _FAR_AHEAD) + shift)


def _of_account(session: Session, account_id: uuid.UUID) -> ColumnElement[bool]:
    """By its owner, whose jobs have an index."""
    owner = session.scalar(select(Account.user_id).where(Account.id == account_id))
    return false() if owner is None else and_(Job.user_id == owner, Job.account_id == account_id)


def _about(session: Session, words: str) -> ColumnElement[bool]:
    """What the words name is asked for first: `or` would let no index serve."""
    try:
        named = uuid.UUID(words)
    except ValueError:
        pass
    else:
        return _named(session, named)
    if words.startswith(ORDER_LINK_PREFIX):
        of_order = select(Leg.job_id).join(Attempt, Attempt.leg_id == Leg.id)
        job_id = session.scalar(of_order.where(Attempt.order_link_id == words))
        return false() if job_id is None else Job.id == job_id
    symbol = words.upper()
    if not symbol.isascii():
        return false()
    return Job.id.in_(select(Leg.job_id).where(Leg.symbol == symbol))


def _named(session: Session, named: uuid.UUID) -> ColumnElement[bool]:
    if session.scalar(select(Job.id).where(Job.id == named)) is not None:
        return Job.id == named
    if session.scalar(select(User.id).where(User.id == named)) is not None:
        return Job.user_id == named
    return _of_account(session, named)
