"""Retention: bulky rows go, what a person sees stays, what may still be needed stays."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from models.fills import Fill
from models.job_events import JobEvent
from models.jobs import Attempt, Job, Leg
from models.operations import Schedule
from models.states import JobState, MarketType
from tests.trading.conftest import Trader
from trading.cancel import cancel_job
from trading.trimming import claim_trimming, trim
from web import present

FUTURES = MarketType.FUTURES
BOOK = [
    {"category": "linear", "symbol": symbol, "side": "Buy", "size": "10"}
    for symbol in ("BTCUSDT", "ETHUSDT")
]


@pytest.fixture
def trader(make_trader: Callable[..., Trader]) -> Trader:
    return make_trader(balances={"USDT": "9000000"}, positions=BOOK)


def age(trader: Trader, days: int) -> None:
    with trader.sessions.begin() as session:
        moment = func.now() - timedelta(days=days)
        session.execute(
            update(Job).where(Job.account_id == trader.account.id).values(trim_after=moment)
        )


def rows(trader: Trader, job: uuid.UUID) -> tuple[int, int]:
    """Attempts and fills of a job."""
    with trader.sessions() as session:
        attempts = select(func.count()).select_from(Attempt).join(Leg).where(Leg.job_id == job)
        fills = select(func.count()).select_from(Fill).where(Fill.job_id == job)
        return session.scalar(attempts) or 0, session.scalar(fills) or 0


TOLD_BY_ATTEMPTS = {"sent_at", "ack_ms", "fill_ms", "order_ids"}


def shown(trader: Trader, job: uuid.UUID) -> dict[str, Any]:
    hidden = {"version": True, "legs": {"__all__": TOLD_BY_ATTEMPTS}}
    return present.job(trader.view(job)).model_dump(mode="json", exclude=hidden)


def test_a_job_that_can_be_restored_keeps_everything(trader: Trader) -> None:
    job = trader.reduce(FUTURES, "50").job.id
    before = rows(trader, job)
    age(trader, 40)
    trim(trader.sessions)
    assert rows(trader, job) == before
    assert min(before) >= 2
    with trader.sessions() as session:
        again = session.scalar(
            select(Job.trim_after - func.now()).where(Job.id == job, Job.trimmed_at.is_(None))
        )
    assert again is not None
    assert again > timedelta(days=6)


def test_a_round_trip_is_trimmed_and_looks_the_same(trader: Trader) -> None:
    reduced = trader.reduce(FUTURES, "50").job.id
    restored = trader.restore(FUTURES).job
    assert restored.state is JobState.COMPLETED
    before = [shown(trader, job) for job in (reduced, restored.id)]
    age(trader, 40)
    assert trim(trader.sessions) >= 2
    for job, view in zip((reduced, restored.id), before, strict=True):
        assert rows(trader, job) == (0, 0)
        assert shown(trader, job) == view
        assert view["legs"][0]["fee"]
    assert trim(trader.sessions) == 0
    # The book is as before: it can be reduced again.
    assert trader.reduce(FUTURES, "10").job.state is JobState.COMPLETED


def test_a_restore_of_what_is_still_owed_is_kept(trader: Trader) -> None:
    trader.reduce(FUTURES, "50")
    half = trader.restore(FUTURES, percent=Decimal(50)).job.id
    before = rows(trader, half)
    age(trader, 40)
    trim(trader.sessions)
    assert rows(trader, half) == before
    # Its fills are what says how much is left.
    trader.restore(FUTURES)
    assert {size for _, size in trader.sizes().items()} == {10}


def test_what_ended_lately_is_left_alone(trader: Trader) -> None:
    reduced = trader.reduce(FUTURES, "50").job.id
    trader.restore(FUTURES)
    trim(trader.sessions)
    assert min(rows(trader, reduced)) >= 2


def test_a_trimming_is_claimed_once_an_hour(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        session.execute(delete(Schedule))
    # The first look makes the schedule.
    assert not claim_trimming(sessions)
    assert claim_trimming(sessions)
    assert not claim_trimming(sessions)
    with sessions.begin() as session:
        session.execute(update(Schedule).values(due_at=func.now()))
    assert claim_trimming(sessions)


def test_a_job_that_was_cancelled_while_it_waited_is_told_as_long_as_any_other(
    trader: Trader,
) -> None:
    job = trader.accept_reduce(FUTURES, "50")
    with trader.sessions() as session:
        cancel_job(session, trader.account.user_id, job, retention_days=3)
        events = select(func.count()).select_from(JobEvent).where(JobEvent.job_id == job)
        assert (session.scalar(events) or 0) > 0
        kept = select(Job.trim_after - Job.finished_at).where(Job.id == job)
        assert session.scalar(kept) == timedelta(days=3)
    age(trader, 1)
    trim(trader.sessions)
    with trader.sessions() as session:
        assert session.scalar(events) == 0
