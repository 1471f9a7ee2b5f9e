"""Silence, lost answers, refusals and lag: an order is placed once, and its end is found out."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from core import clock
from exchange.placing import Placing
from exchange.types import Category
from models.jobs import Attempt, Job, Leg
from models.states import AttemptState, JobState, LegState, MarketType
from tests import oracle
from tests.trading.conftest import Trader
from trading import execute as executing
from trading import planning
from trading.bookkeeping import Proof, store_fills
from trading.books import read_book
from trading.cancel import cancel_job
from trading.execute import execute
from trading.lease import LeaseLost, claim, renew_all
from trading.plans import Book
from trading.sending import Sent, send_wave

FUTURES = MarketType.FUTURES
MakeTrader = Callable[..., Trader]
CREATE, BATCH = "/v5/order/create", "/v5/order/create-batch"


@pytest.fixture
def trader(make_trader: MakeTrader) -> Trader:
    """One long position: each job has exactly one leg, sent by the single endpoint."""
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    return make_trader(balances={"USDT": "100000"}, positions=book)


@pytest.fixture
def wide(make_trader: MakeTrader) -> Trader:
    """Three positions: the batch endpoint is used."""
    book = [
        {"category": "linear", "symbol": symbol, "side": "Buy", "size": "10"}
        for symbol in ("SOLUSDT", "BNBUSDT", "AAVEUSDT")
    ]
    return make_trader(balances={"USDT": "1000000"}, positions=book)


def check(trader: Trader) -> None:
    with trader.sessions() as session:
        oracle.check(session, trader.account.id, trader.ledger())


def due_now(trader: Trader, job: uuid.UUID) -> None:
    with trader.sessions.begin() as session:
        session.execute(update(Job).where(Job.id == job).values(not_before=None))


def half_left(trader: Trader) -> None:
    assert trader.sizes() == {("linear", "BTCUSDT", 0): Decimal("0.2")}
    check(trader)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "accept_then_drop"},
        {"kind": "drop_before"},
        {"kind": "accept_then_5xx"},
        {"kind": "http_status", "code": 502},
        {"kind": "ret_code", "code": 10016},
        {"kind": "accept_then_ret_code", "code": 10000},
        {"kind": "ret_code", "code": 10006, "ms": 100},
        {"kind": "http_status", "code": 429},
        {"kind": "accept_then_drop", "count": 3},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_a_spoiled_answer_is_looked_up_and_the_order_stands_once(
    trader: Trader, fault: dict[str, Any]
) -> None:
    trader.fault(path=CREATE, **fault)
    view = trader.reduce(FUTURES, "50")
    assert view.job.state is JobState.COMPLETED
    half_left(trader)


@pytest.mark.parametrize("kind", ["accept_then_drop", "drop_before", "accept_then_5xx"])
def test_a_spoiled_batch_is_looked_up_order_by_order(wide: Trader, kind: str) -> None:
    wide.fault(kind, BATCH)
    assert wide.reduce(FUTURES, "50").job.state is JobState.COMPLETED
    assert set(wide.sizes().values()) == {Decimal(5)}
    check(wide)


@pytest.mark.parametrize("stale", [0, 20], ids=["", "and sent again"])
def test_a_restore_whose_answer_is_lost_does_not_double_the_position(
    trader: Trader, stale: int
) -> None:
    trader.reduce(FUTURES, "50")
    trader.fault("accept_then_drop", CREATE, count=2)
    if stale:
        # Look-ups lag for so long that the same id is sent again.
        trader.fault("stale_reads", "", count=stale, ms=60_000)
    assert trader.restore(FUTURES).job.state is JobState.COMPLETED
    assert trader.sizes() == {("linear", "BTCUSDT", 0): Decimal("0.4")}
    check(trader)


def test_look_ups_that_lag_are_waited_for(trader: Trader) -> None:
    trader.fault("stale_reads", "", count=12, ms=60_000)
    assert trader.reduce(FUTURES, "50").job.state is JobState.COMPLETED
    half_left(trader)


def test_executions_that_lag_behind_their_order_are_waited_for(trader: Trader) -> None:
    trader.fault("stale_reads", "/v5/execution/list", count=4, ms=60_000)
    assert trader.reduce(FUTURES, "50").job.state is JobState.COMPLETED
    half_left(trader)


def test_look_ups_that_fail_are_repeated(trader: Trader) -> None:
    trader.fault("drop_before", "/v5/order/realtime", count=5)
    trader.fault("ret_code", "/v5/order/realtime", code=10006, ms=50)
    assert trader.reduce(FUTURES, "50").job.state is JobState.COMPLETED
    half_left(trader)


def test_executions_that_are_read_twice_count_once(trader: Trader) -> None:
    view = trader.reduce(FUTURES, "50")
    gateway = trader.desk.gateway(trader.account)
    with trader.sessions.begin() as session:
        leg = session.get_one(Leg, view.legs[0].leg.id)
        attempt = session.scalars(select(Attempt).where(Attempt.leg_id == leg.id)).one()
        fills = gateway.executions(Category.LINEAR, leg.symbol, attempt.order_link_id)
        assert fills
        store_fills(session, session.get_one(Job, leg.job_id), [Proof(attempt, leg, fills)])
    half_left(trader)


def test_a_refusal_of_a_repetition_says_nothing_about_the_first(trader: Trader) -> None:
    trader.fault("accept_then_drop", CREATE)
    # Long enough for the same id to be sent again: the order is there, and nobody sees it yet.
    trader.fault("stale_reads", "", count=20, ms=60_000)
    trader.fault("ret_code", CREATE, code=110007, skip=1)
    assert trader.reduce(FUTURES, "50").job.state is JobState.COMPLETED
    half_left(trader)


def test_a_part_that_comes_back_in_pieces_is_counted_once(trader: Trader) -> None:
    trader.reduce(FUTURES, "50")
    trader.fault("partial_fill", CREATE, ratio="0.3", count=2)
    assert trader.restore(FUTURES, percent=Decimal(50)).job.state is JobState.COMPLETED
    assert trader.sizes() == {("linear", "BTCUSDT", 0): Decimal("0.3")}
    check(trader)


def test_partial_fills_are_followed_by_orders_for_the_rest(trader: Trader) -> None:
    trader.fault("partial_fill", CREATE, ratio="0.3", count=2)
    view = trader.reduce(FUTURES, "50")
    assert view.job.state is JobState.COMPLETED
    assert view.legs[0].attempts == 3
    half_left(trader)


def test_a_market_without_liquidity_is_given_up_with_its_reason(trader: Trader) -> None:
    trader.fault("cancel_all", CREATE, count=-1)
    view = trader.reduce(FUTURES, "50")
    leg = view.legs[0].leg
    assert (view.job.state, leg.state, leg.reason) == (
        JobState.FAILED,
        LegState.REJECTED,
        "no_liquidity",
    )
    assert view.legs[0].attempts == 3
    check(trader)


def test_a_rejected_leg_leaves_the_others_done(wide: Trader) -> None:
    wide.fault("reject", BATCH, code=110007, match={"symbol": "BNBUSDT"})
    view = wide.reduce(FUTURES, "50")
    states = {item.leg.symbol: (item.leg.state, item.leg.reason) for item in view.legs}
    assert view.job.state is JobState.PARTIALLY_COMPLETED
    assert states["BNBUSDT"] == (LegState.REJECTED, "insufficient_margin")
    assert states["SOLUSDT"] == (LegState.FILLED, None)
    check(wide)


def test_a_position_closed_elsewhere_is_told(trader: Trader) -> None:
    job = trader.accept_reduce(FUTURES, "50")
    trader.fault("ret_code", CREATE, code=10006, ms=1500)
    execute(trader.desk, trader.sessions, job, owner="first")
    closed = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0"}]
    trader.control("POST", f"accounts/{trader.uid}/positions", {"positions": closed})
    due_now(trader, job)
    view = trader.run(job)
    assert view.legs[0].leg.reason == "position_gone"
    assert view.job.state is JobState.FAILED


def test_a_key_revoked_before_planning_ends_the_job(trader: Trader) -> None:
    trader.control("PATCH", f"accounts/{trader.uid}", {"expired_at": "2020-01-01T00:00:00Z"})
    view = trader.reduce(FUTURES, "50")
    assert (view.job.state, view.job.error_code) == (JobState.FAILED, "key_expired")


def test_a_key_that_lost_trading_rejects_what_was_not_sent(wide: Trader) -> None:
    wide.control("PATCH", f"accounts/{wide.uid}", {"read_only": True})
    view = wide.reduce(FUTURES, "50")
    assert view.job.state is JobState.FAILED
    assert {item.leg.reason for item in view.legs} == {"key_permission"}
    assert set(wide.sizes().values()) == {Decimal(10)}


def test_an_exchange_that_is_away_while_planning_is_waited_for(trader: Trader) -> None:
    trader.fault("drop_before", "/v5/position/list", count=3)
    assert trader.reduce(FUTURES, "50").job.state is JobState.COMPLETED
    half_left(trader)


def test_planning_is_given_up_after_minutes_with_nothing_sent(trader: Trader) -> None:
    job = trader.accept_reduce(FUTURES, "50")
    trader.fault("drop_before", "/v5/position/list", count=-1)
    execute(trader.desk, trader.sessions, job, owner="test")
    with trader.sessions.begin() as session:
        session.execute(
            update(Job)
            .where(Job.id == job)
            .values(started_at=clock.utcnow() - timedelta(hours=1), not_before=None)
        )
    view = trader.run(job)
    assert (view.job.state, view.job.error_code) == (JobState.FAILED, "exchange_unreachable")
    assert [entry for entry in trader.ledger() if entry["type"] == "order"] == []


def test_an_order_that_never_reached_the_exchange_ends_as_such_after_a_cancel(
    trader: Trader,
) -> None:
    trader.fault("drop_before", CREATE, count=-1)
    job = trader.accept_reduce(FUTURES, "50")
    execute(trader.desk, trader.sessions, job, owner="test")
    with trader.sessions.begin() as session:
        # The fence is in the past: nothing that was sent can be taken any more.
        session.execute(
            update(Attempt).values(
                fence_until=func.now() - timedelta(minutes=1),
                sent_at=func.now() - timedelta(minutes=1),
            )
        )
    with trader.sessions() as session:
        cancel_job(session, trader.account.user_id, job)
    view = trader.run(job)
    assert view.job.state is JobState.CANCELLED
    assert view.legs[0].leg.reason == "cancelled_by_user"
    with trader.sessions() as session:
        states = session.scalars(select(Attempt.state).where(Attempt.leg_id == view.legs[0].leg.id))
        assert list(states) == [AttemptState.NEVER_REACHED]
    check(trader)


def test_an_order_whose_outcome_nobody_can_ask_for_is_not_called_done(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    trader.fault("accept_then_drop", CREATE)
    trader.fault("drop_before", "/v5/order/realtime", count=-1)
    job = trader.accept_reduce(FUTURES, "50")
    execute(trader.desk, trader.sessions, job, owner="test")
    trader.control("PATCH", f"accounts/{trader.uid}", {"expired_at": "2020-01-01T00:00:00Z"})
    due_now(trader, job)
    monkeypatch.setattr(executing, "_GIVE_UP_VERIFYING", timedelta(0))
    view = trader.run(job)
    assert view.legs[0].leg.state is LegState.REJECTED
    assert view.legs[0].leg.reason == "unverified"


# -- the lease ----------------------------------------------------------------------------------


def test_a_job_is_claimed_once_until_its_lease_ends(trader: Trader) -> None:
    job = trader.accept_reduce(FUTURES, "50")
    first = claim(trader.sessions, job, "first", 30)
    assert first is not None
    assert claim(trader.sessions, job, "second", 30) is None
    with trader.sessions.begin() as session:
        session.execute(update(Job).values(lease_until=func.now() - timedelta(seconds=1)))
    second = claim(trader.sessions, job, "second", 30)
    assert second is not None
    assert second.epoch == first.epoch + 1
    with pytest.raises(LeaseLost):
        first.renew()
    second.renew()


def test_a_heartbeat_renews_what_is_held_and_revives_nothing(trader: Trader) -> None:
    job = trader.accept_reduce(FUTURES, "50")

    def left() -> float:
        with trader.sessions() as session:
            ends = func.extract("epoch", Job.lease_until - func.now())
            return float(session.scalars(select(ends).where(Job.id == job)).one())

    first = claim(trader.sessions, job, "first", 30)
    assert first is not None
    first.seconds = 90
    renew_all(trader.sessions, [first])
    assert left() > 60
    with trader.sessions.begin() as session:
        session.execute(update(Job).values(lease_until=func.now() - timedelta(seconds=1)))
    renew_all(trader.sessions, [first])
    assert left() < 0, "what ran out is anyone's"
    assert claim(trader.sessions, job, "second", 30) is not None
    renew_all(trader.sessions, [first])
    assert left() < 60, "it is another's now"


def test_the_fence_covers_every_moment_at_which_the_exchange_may_take_the_order(
    trader: Trader,
) -> None:
    view = trader.reduce(FUTURES, "50")
    window = timedelta(milliseconds=trader.desk.settings.recv_window_ms)
    with trader.sessions() as session:
        attempt = session.scalars(
            select(Attempt).where(Attempt.leg_id == view.legs[0].leg.id)
        ).one()
    assert attempt.sent_at is not None
    assert attempt.fence_until is not None
    assert attempt.fence_until >= attempt.sent_at + window


def test_jobs_of_an_account_run_one_at_a_time_in_order(trader: Trader) -> None:
    first, second = trader.accept_reduce(FUTURES, "50"), trader.accept_reduce(FUTURES, "50")
    assert claim(trader.sessions, second, "eager", 30) is None
    outcome = execute(trader.desk, trader.sessions, first, owner="test")
    assert outcome.next_job == second
    trader.run(second)
    assert trader.sizes() == {("linear", "BTCUSDT", 0): Decimal("0.1")}
    check(trader)


def test_a_worker_that_died_after_sending_is_followed_by_a_look_up(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    job = trader.accept_reduce(FUTURES, "50")
    with monkeypatch.context() as patch:
        patch.setattr("trading.sending.record_verdict", die)
        with pytest.raises(Died):
            execute(trader.desk, trader.sessions, job, owner="dead")
    # The order stands at the exchange, our books say "unknown", the lease is still held.
    assert execute(trader.desk, trader.sessions, job, owner="other").again_in is None
    with trader.sessions.begin() as session:
        session.execute(update(Job).values(lease_until=func.now() - timedelta(seconds=1)))
    assert trader.run(job).job.state is JobState.COMPLETED
    half_left(trader)


def test_a_worker_that_is_told_to_stop_gives_the_job_back_at_once(trader: Trader) -> None:
    job, stopping = trader.accept_reduce(FUTURES, "50"), threading.Event()
    stopping.set()
    outcome = execute(trader.desk, trader.sessions, job, owner="old", stopping=stopping)
    assert outcome.again_in == 0
    assert trader.run(job).job.state is JobState.COMPLETED
    half_left(trader)


def test_an_ended_or_unknown_job_is_left_alone(trader: Trader) -> None:
    job = trader.accept_reduce(FUTURES, "50")
    trader.run(job)
    before = len(trader.ledger())
    execute(trader.desk, trader.sessions, job, owner="late")
    execute(trader.desk, trader.sessions, uuid.uuid4(), owner="late")
    assert len(trader.ledger()) == before


# -- cancel -------------------------------------------------------------------------------------


def test_a_queued_job_is_cancelled_without_a_trace(trader: Trader) -> None:
    job = trader.accept_reduce(FUTURES, "50")
    with trader.sessions() as session:
        cancelled = cancel_job(session, trader.account.user_id, job)
        assert cancelled.state is JobState.CANCELLED
    trader.run(job)
    assert [entry for entry in trader.ledger() if entry["type"] == "order"] == []


def cancel_around_wave(
    trader: Trader, job: uuid.UUID, patch: pytest.MonkeyPatch, wave: int, *, before: bool
) -> None:
    """The person cancels just before, or just after, the n-th wave after the plan's own leaves."""
    waves = itertools.count(1)

    def cancel() -> None:
        with trader.sessions() as session:
            cancel_job(session, trader.account.user_id, job)

    def send(*arguments: Any) -> Sent:
        here = next(waves) == wave
        if here and before:
            cancel()
        sent = send_wave(*arguments)
        if here and not before:
            cancel()
        return sent

    patch.setattr(executing, "send_wave", send)


def test_a_cancel_just_before_the_sending_is_seen(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    trader.fault("ret_code", CREATE, code=10006, ms=300)
    job = trader.accept_reduce(FUTURES, "50")
    cancel_around_wave(trader, job, monkeypatch, 1, before=True)
    assert trader.run(job).job.state is JobState.CANCELLED
    assert [entry for entry in trader.ledger() if entry["type"] == "order"] == []


def test_a_cancel_during_the_planning_is_seen(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = trader.accept_reduce(FUTURES, "50")

    def read(*arguments: Any, **more: Any) -> Book:
        book = read_book(*arguments, **more)
        with trader.sessions() as session:
            cancel_job(session, trader.account.user_id, job)
        return book

    monkeypatch.setattr(planning, "read_book", read)
    assert trader.run(job).job.state is JobState.CANCELLED
    assert [entry for entry in trader.ledger() if entry["type"] == "order"] == []


def test_a_cancel_after_a_repetition_that_was_put_off_tells_of_the_first(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    trader.fault("accept_then_drop", CREATE)
    trader.fault("stale_reads", "", count=20, ms=60_000)
    trader.fault("ret_code", CREATE, code=10006, ms=500, skip=1)
    job = trader.accept_reduce(FUTURES, "50")
    cancel_around_wave(trader, job, monkeypatch, 1, before=False)
    assert trader.run(job).legs[0].leg.state is LegState.FILLED
    half_left(trader)


def test_a_cancel_waits_for_a_claim_that_is_being_made(trader: Trader) -> None:
    job = trader.accept_reduce(FUTURES, "50")
    cancelled: list[JobState] = []

    def cancel() -> None:
        with trader.sessions() as session:
            cancelled.append(cancel_job(session, trader.account.user_id, job).state)

    person = threading.Thread(target=cancel)
    with trader.sessions.begin() as claiming:
        claiming.execute(update(Job).where(Job.id == job).values(state=JobState.PLANNING))
        person.start()
        waits_for_us = text(
            "select exists (select 1 from pg_locks"
            " where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))"
        )
        while person.is_alive() and not claiming.scalar(waits_for_us):
            clock.pause(0.005)
    person.join()
    assert cancelled == [JobState.PLANNING], "the worker is asked to stop, and ends the job"


@pytest.mark.parametrize("stale", [0, 12], ids=["", "while look-ups lag"])
def test_a_cancel_tells_of_the_order_that_a_dead_worker_had_sent(
    trader: Trader, monkeypatch: pytest.MonkeyPatch, stale: int
) -> None:
    class Died(BaseException):
        pass

    place = Placing.place

    def place_and_die(*arguments: Any, **named: Any) -> None:
        place(*arguments, **named)
        raise Died

    job = trader.accept_reduce(FUTURES, "50")
    with monkeypatch.context() as patch:
        patch.setattr(Placing, "place", place_and_die)
        with pytest.raises(Died):
            execute(trader.desk, trader.sessions, job, owner="dead")
    with trader.sessions.begin() as session:
        session.execute(update(Job).values(lease_until=func.now() - timedelta(seconds=1)))
    with trader.sessions() as session:
        cancel_job(session, trader.account.user_id, job)
    if stale:
        trader.fault("stale_reads", "", count=stale, ms=60_000)
    assert trader.run(job).legs[0].leg.state is LegState.FILLED
    half_left(trader)


def test_a_cancel_between_legs_keeps_what_was_sent_and_sends_no_more(wide: Trader) -> None:
    wide.fault("ret_code", BATCH, code=10006, ms=1500)
    job = wide.accept_reduce(FUTURES, "50")
    execute(wide.desk, wide.sessions, job, owner="test")
    with wide.sessions() as session:
        cancel_job(session, wide.account.user_id, job)
    view = wide.run(job)
    assert view.job.state is JobState.CANCELLED
    assert {item.leg.reason for item in view.legs} == {"cancelled_by_user"}
    assert set(wide.sizes().values()) == {Decimal(10)}
    check(wide)
