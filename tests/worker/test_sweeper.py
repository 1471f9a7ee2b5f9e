"""The sweeper rings for what nobody works on, and only for that."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from models.jobs import Job
from models.outbox import OutboxRow
from models.states import MarketType
from tests.trading.conftest import Trader, make_trader
from trading.lease import claim
from worker.sweeper import Sweeper

__all__ = ["make_trader"]
BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]


def sweep(sessions: sessionmaker[Session]) -> set[uuid.UUID]:
    rung: list[str] = []
    Sweeper(sessions, rung.append, 60).sweep()
    return {uuid.UUID(job) for job in rung}


def change(trader: Trader, job: uuid.UUID, **values: object) -> None:
    with trader.sessions.begin() as session:
        session.execute(update(Job).where(Job.id == job).values(**values))


def test_a_job_is_rung_for_while_it_is_free_and_due(
    clean_database: None, make_trader: Callable[..., Trader]
) -> None:
    trader = make_trader(balances={"USDT": "90000"}, positions=BOOK)
    job = trader.accept_reduce(MarketType.FUTURES, "50")
    assert sweep(trader.sessions) == {job}
    with trader.sessions() as session:
        assert session.scalar(select(OutboxRow.published_at)) is not None
    claim(trader.sessions, job, "busy", 30)
    assert sweep(trader.sessions) == set()
    change(trader, job, lease_until=func.now() - timedelta(seconds=1))
    assert sweep(trader.sessions) == {job}
    change(trader, job, not_before=func.now() + timedelta(hours=1))
    assert sweep(trader.sessions) == set()
    change(trader, job, not_before=None)
    trader.run(job)
    assert sweep(trader.sessions) == set()
