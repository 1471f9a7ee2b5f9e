"""How fast the exchange answered: each order is timed by its own call, and one whose call is under
way is no trouble."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.sql.functions import Function

from core import clock
from models.jobs import Attempt
from models.states import AttemptState, JobState, MarketType
from tests.trading.conftest import Trader
from trading.operations.exchange_hour import ExchangeHour, exchange_hour

FUTURES = MarketType.FUTURES
SLOW_MS = 700
SLOW = {"kind": "delay", "path": "/v5/order/create", "ms": SLOW_MS}
BOOK = [
    {"category": "linear", "symbol": "AXSUSDT", "side": "Buy", "size": "1000"},
    {"category": "inverse", "symbol": "EOSUSD", "side": "Sell", "size": "300"},
]


@pytest.fixture
def trader(make_trader: Callable[..., Trader]) -> Trader:
    """Two categories: a wave of two calls."""
    return make_trader(balances={"USDT": "100000", "EOS": "5000"}, positions=BOOK)


def test_an_order_is_not_timed_by_the_slowest_call_of_its_wave(trader: Trader) -> None:
    trader.fault(**SLOW, match={"category": "linear"})
    view = trader.reduce(FUTURES, "50")
    assert view.job.state is JobState.COMPLETED
    took = {one.leg.category: one.orders.ack_ms for one in view.legs}
    assert (took["linear"] or 0) >= SLOW_MS
    assert (took["inverse"] or SLOW_MS) < SLOW_MS
    assert view.job.finished_at is not None
    for leg in view.legs:
        assert leg.orders.sent_at is not None
        assert view.job.created_at < leg.orders.sent_at < view.job.finished_at


def test_what_a_look_up_found_after_a_silence_was_not_measured(trader: Trader) -> None:
    view = trader.reduce(FUTURES, "50")
    mine = Attempt.leg_id == view.legs[0].leg.id

    # An hour in which nothing else was sent.
    later = clock.utcnow() + timedelta(hours=1, minutes=2)

    def median(**values: object) -> float | None:
        session.execute(update(Attempt).where(mine).values(sent_at=later, **values))
        return exchange_hour(session, later).p50_ms

    found = later + timedelta(seconds=4)
    with trader.sessions() as session:
        assert median(acknowledged_at=found, code=None) == 4000
        assert median(acknowledged_at=found, code=0) is None
        session.rollback()


def test_an_order_under_way_is_no_trouble_until_nobody_knows_for_some_seconds(
    trader: Trader,
) -> None:
    view = trader.reduce(FUTURES, "50")
    mine = Attempt.leg_id == view.legs[0].leg.id

    def as_if_sent(at: Function[object]) -> ExchangeHour:
        values = {"state": AttemptState.UNKNOWN, "sent_at": at}
        session.execute(update(Attempt).where(mine).values(values))
        return exchange_hour(session, clock.utcnow())

    with trader.sessions() as session:
        troubled = exchange_hour(session, clock.utcnow()).troubled
        assert as_if_sent(func.now()).troubled == troubled
        assert as_if_sent(func.now() - timedelta(seconds=11)).troubled == troubled + 1
        assert session.scalar(select(Attempt.state).where(mine)) is AttemptState.UNKNOWN
        session.rollback()
