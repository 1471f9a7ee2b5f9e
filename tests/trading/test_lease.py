"""Leases: renewed while a turn lives, lost with it, and fencing what the loser would write."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from models.jobs import Job
from models.sessions import make_engine, make_sessions
from models.states import MarketType
from models.users import Account
from tests.trading.conftest import Trader
from trading.heartbeat import Heartbeat
from trading.lease import Lease, LeaseLost, claim

BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]


@pytest.fixture
def trader(make_trader: Callable[..., Trader]) -> Trader:
    return make_trader(balances={"USDT": "90000"}, positions=BOOK)


@pytest.fixture
def lease(trader: Trader) -> Lease:
    job = trader.accept_reduce(MarketType.FUTURES, "50")
    taken = claim(trader.sessions, job, "first", 0.6)
    assert taken is not None
    return taken


def other_claims(trader: Trader, lease: Lease) -> bool:
    return claim(trader.sessions, lease.job_id, "other", 5) is not None


def test_a_heartbeat_keeps_the_lease_of_a_turn_that_is_busy(trader: Trader, lease: Lease) -> None:
    with Heartbeat(trader.sessions, 0.6).of(lease):
        time.sleep(1.5)
        assert not other_claims(trader, lease)
    time.sleep(0.8)
    assert other_claims(trader, lease)


def test_a_turn_that_hangs_is_not_renewed(trader: Trader, lease: Lease) -> None:
    lease.touched = clock.monotonic() - 120
    with Heartbeat(trader.sessions, 0.6).of(lease):
        time.sleep(1.0)
        assert other_claims(trader, lease)


def test_a_heartbeat_does_not_take_back_what_was_lost(trader: Trader, lease: Lease) -> None:
    with trader.sessions.begin() as session:
        session.execute(
            update(Job)
            .where(Job.id == lease.job_id)
            .values(lease_until=func.now() - timedelta(seconds=1))
        )
    with Heartbeat(trader.sessions, 0.6).of(lease):
        time.sleep(0.5)
        assert other_claims(trader, lease)
        time.sleep(0.5)
    with pytest.raises(LeaseLost), lease.write():
        pass


def test_a_turn_acts_for_the_job_s_owner_alone(
    trader: Trader, lease: Lease, make_trader: Callable[..., Trader]
) -> None:
    make_trader(balances={"USDT": "1"})
    with lease.write() as (session, job):
        assert list(session.scalars(select(Account.user_id))) == [job.user_id]
    with trader.sessions() as session:
        assert len(session.scalars(select(Account.user_id)).all()) > 1


def test_a_frozen_transaction_gives_its_locks_back(
    trader: Trader, lease: Lease, database_url: str
) -> None:
    engine = make_engine(database_url, idle_seconds=0.4)
    frozen: sessionmaker[Session] = make_sessions(engine)
    session = frozen()
    session.execute(update(Job).where(Job.id == lease.job_id).values(version=99))
    # A second worker would wait for this row lock for as long as the first one sleeps.
    time.sleep(1.0)
    began = time.monotonic()
    assert other_claims(trader, lease)
    assert time.monotonic() - began < 5
    session.invalidate()
    engine.dispose()
