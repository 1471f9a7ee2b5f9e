"""The operator's switch: jobs are accepted and planned, nothing is sent until it is lifted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.audit import AuditEntry
from models.jobs import Job
from models.outbox import OutboxRow
from models.states import JobState, MarketType
from tests.trading.conftest import Trader
from trading.cancel import cancel_job
from trading.execute import execute
from trading.pause import is_paused, set_paused
from web.app import create_app

BOOK = [
    {"category": "linear", "symbol": symbol, "side": "Buy", "size": "10"}
    for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT")
]


@pytest.fixture
def trader(make_trader: Callable[..., Trader]) -> Trader:
    return make_trader(balances={"USDT": "9000000"}, positions=BOOK)


@pytest.fixture
def paused(sessions: sessionmaker[Session]) -> Iterator[None]:
    with sessions() as session:
        set_paused(session, True, by="test", note="a drill")
    yield
    with sessions() as session:
        set_paused(session, False, by="test")


def orders(trader: Trader) -> int:
    return sum(entry["type"] == "order" for entry in trader.ledger())


def test_a_paused_job_is_planned_and_waits_and_goes_on(trader: Trader, paused: None) -> None:
    job = trader.accept_reduce(MarketType.FUTURES, "50")
    outcome = execute(trader.desk, trader.sessions, job, owner="test")
    view = trader.view(job)
    assert (view.job.state, view.job.wait_reason) == (JobState.EXECUTING, "paused")
    assert len(view.legs) == 3
    assert outcome.again_in is not None
    assert orders(trader) == 0
    with trader.sessions() as session:
        set_paused(session, False, by="test")
        # It need not wait out its pause.
        row = session.get_one(OutboxRow, job)
        stored = session.get_one(Job, job)
        assert stored.not_before is not None
        assert row.ring_at <= stored.not_before
        seen = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.subject == "switch:pause_sending")
            .order_by(AuditEntry.id.desc())
            .limit(2)
        )
        assert list(seen) == ["sending.resumed", "sending.paused"]
    view = trader.run(job)
    assert (view.job.state, view.job.wait_reason) == (JobState.COMPLETED, None)
    assert orders(trader) == 3


def test_a_paused_job_can_be_cancelled_without_a_trace(trader: Trader, paused: None) -> None:
    job = trader.accept_reduce(MarketType.FUTURES, "50")
    execute(trader.desk, trader.sessions, job, owner="test")
    with trader.sessions() as session:
        cancel_job(session, trader.account.user_id, job)
    assert trader.run(job).job.state is JobState.CANCELLED
    assert orders(trader) == 0


def test_a_pause_in_mid_job_settles_what_was_sent(trader: Trader) -> None:
    trader.fault("ret_code", "/v5/order/create-batch", code=10006, ms=1500)
    job = trader.accept_reduce(MarketType.FUTURES, "50")
    execute(trader.desk, trader.sessions, job, owner="test")
    with trader.sessions() as session:
        set_paused(session, True, by="test")
    try:
        time.sleep(1.6)
        execute(trader.desk, trader.sessions, job, owner="test")
        assert trader.view(job).job.wait_reason == "paused"
        assert orders(trader) == 0
    finally:
        with trader.sessions() as session:
            set_paused(session, False, by="test")
    assert trader.run(job).job.state is JobState.COMPLETED


def test_operators_pause_by_a_command(trader: Trader) -> None:
    app = create_app(trader.desk.settings)
    runner = app.test_cli_runner()
    try:
        assert "paused" in runner.invoke(args=["sending", "pause", "--note", "a drill"]).output
        assert runner.invoke(args=["sending", "status"]).output == "paused\n"
        assert app.test_client().get("/readyz").get_json()["sending"] == "paused"
    finally:
        assert "goes on" in runner.invoke(args=["sending", "resume"]).output
    assert runner.invoke(args=["sending", "status"]).output == "on\n"
    with trader.sessions() as session:
        assert not is_paused(session)
