"""The operator's switch: jobs are accepted and planned, nothing is sent until it is lifted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from models.audit import AuditEntry
from models.jobs import Job
from models.outbox import OutboxRow
from models.states import JobState, MarketType
from tests.trading.conftest import Trader
from trading.cancel import cancel_job
from trading.desk import Desk
from trading.execute import execute
from trading.lease import Lease
from trading.pause import is_paused, may_send, set_paused
from trading.sending import Ready, Sent, deliver
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


def test_a_pause_keeps_leverage_in_the_house_too(make_trader: Callable[..., Trader]) -> None:
    trader = make_trader(balances={"USDT": "9000000"}, positions=[{**BOOK[0], "leverage": "7"}])
    trader.reduce(MarketType.FUTURES, "100")
    # It would be told by its refusal.
    trader.fault("ret_code", "/v5/position/set-leverage", code=110013)
    job = trader.accept_restore(MarketType.FUTURES, set_leverage=True)
    with trader.sessions() as session:
        set_paused(session, True, by="test")
    try:
        execute(trader.desk, trader.sessions, job, owner="test")
        view = trader.view(job)
        assert (view.job.wait_reason, view.legs[0].leg.reason) == ("paused", None)
    finally:
        with trader.sessions() as session:
            set_paused(session, False, by="test")
    assert trader.run(job).legs[0].leg.reason == "leverage_refused"


def test_a_pause_settles_what_a_restore_had_reopened(
    make_trader: Callable[..., Trader], monkeypatch: pytest.MonkeyPatch
) -> None:
    trader = make_trader(
        balances={"USDT": "9000000"}, positions=[{**BOOK[0], "stop_loss": "50000"}]
    )
    trader.reduce(MarketType.FUTURES, "100")
    job = trader.accept_restore(MarketType.FUTURES)

    def then_pause(desk: Desk, lease: Lease, ready: Ready) -> Sent:
        sent = deliver(desk, lease, ready)
        with trader.sessions() as session:
            set_paused(session, True, by="test")
        return sent

    monkeypatch.setattr("trading.execute.deliver", then_pause)
    try:
        view = trader.run(job)
        assert (view.job.state, view.legs[0].leg.protection) == (JobState.COMPLETED, "restored")
    finally:
        with trader.sessions() as session:
            set_paused(session, False, by="test")


def test_a_pause_returns_when_no_intent_is_under_way(sessions: sessionmaker[Session]) -> None:
    def pause() -> None:
        with sessions() as mine:
            set_paused(mine, True, by="test")

    operator = threading.Thread(target=pause)
    try:
        with sessions() as first, sessions() as second:
            # Two at once, each about to commit its intent.
            assert (may_send(first), may_send(second)) == (True, True)
            operator.start()
            operator.join(0.3)
            assert operator.is_alive()
            first.commit()
            operator.join(0.3)
            assert operator.is_alive(), "the other may still commit"
            # Its connection is lost, or it commits: either way it is over.
            second.rollback()
            operator.join(5)
            assert not operator.is_alive()
            assert not may_send(first)
    finally:
        operator.join()
        with sessions() as session:
            set_paused(session, False, by="test")


def test_an_intent_that_waited_for_a_pause_sees_it(sessions: sessionmaker[Session]) -> None:
    found: list[bool] = []

    def intend() -> None:
        with sessions() as mine:
            found.append(may_send(mine))

    worker = threading.Thread(target=intend)
    try:
        with sessions() as pausing, sessions() as other:
            pausing.execute(text("select pg_advisory_xact_lock(7261004)"))
            worker.start()
            worker.join(0.3)
            assert found == []
            set_paused(other, False, by="test")
            other.execute(text("update switches set is_on = true where name = 'pause_sending'"))
            other.commit()
            pausing.commit()
        worker.join(5)
        assert found == [False]
    finally:
        worker.join()
        with sessions() as session:
            set_paused(session, False, by="test")
