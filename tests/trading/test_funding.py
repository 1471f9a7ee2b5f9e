"""Funding in a preview, a plan and a receipt, with the rates that the exchange tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from core import clock
from exchange.gateway import Gateway
from exchange.outcomes import Unreachable
from exchange.types import Category
from models.fills import Snapshot
from models.jobs import Job
from models.states import JobState, MarketType
from tests.trading.conftest import Trader
from trading.funding import FundingBook
from trading.preview import PricedRestore, preview_restore
from trading.requests import PriceGuard, RestoreRequest

FUTURES = MarketType.FUTURES
SYMBOL = "DYDXUSDT"
AWAY = timedelta(hours=20)


@pytest.fixture
def trader(make_trader: Callable[..., Trader]) -> Trader:
    """Out of half a long for twenty hours."""
    book = [{"category": "linear", "symbol": SYMBOL, "side": "Buy", "size": "4000"}]
    made = make_trader(balances={"USDT": "100000"}, positions=book)
    made.desk = replace(made.desk, funding=FundingBook())
    made.reduce(FUTURES, "50")
    with made.sessions.begin() as session:
        session.execute(
            update(Snapshot)
            .where(Snapshot.account_id == made.account.id)
            .values(created_at=Snapshot.created_at - AWAY)
        )
    return made


def preview(trader: Trader) -> PricedRestore:
    with trader.sessions() as session:
        return preview_restore(trader.desk, session, trader.account, RestoreRequest(FUTURES))


def paid_by_a_long(trader: Trader, qty: int) -> Decimal:
    """What the settlements of the hours away would have cost."""
    gateway = trader.desk.gateway(trader.account)
    now = clock.utcnow()
    rates = gateway.funding_rates(Category.LINEAR, SYMBOL, now - AWAY, now)
    assert len(rates) in (2, 3)
    closed = preview(trader).plan.legs[0].closed_price
    assert closed is not None
    return sum((told.rate for told in rates), Decimal(0)) * qty * closed


def receipt(job: Job) -> dict[str, Any]:
    assert job.receipt is not None
    trip: dict[str, Any] = job.receipt["round_trip"]
    return trip


def test_preview_and_receipt_tell_the_same_funding(trader: Trader) -> None:
    expected = paid_by_a_long(trader, 2000)
    assert preview(trader).cost.whole.funding == {"USDT": expected}
    restored = trader.restore(FUTURES)
    assert restored.legs[0].leg.funding == expected
    trip = receipt(restored.job)
    assert Decimal(trip["funding"]["USDT"]) == pytest.approx(expected, abs=Decimal("1e-8"))
    parts = [Decimal(trip[part]["USDT"]) for part in ("price_effect", "fees", "funding")]
    net = parts[0] - parts[1] + parts[2]
    assert Decimal(trip["net"]["USDT"]) == pytest.approx(net, abs=Decimal("1e-7"))


def test_a_leg_filled_in_part_has_its_part_of_the_funding(trader: Trader) -> None:
    expected = paid_by_a_long(trader, 2000)
    trader.fault("partial_fill", "/v5/order/create", ratio="0.25")
    guarded = trader.restore(FUTURES, price_guard=PriceGuard(max_slippage_bps=900))
    assert guarded.legs[0].leg.qty_filled == 500
    told = Decimal(receipt(guarded.job)["funding"]["USDT"])
    assert told == pytest.approx(expected / 4, abs=Decimal("1e-8"))


def test_an_exchange_that_tells_no_rates_costs_the_estimate_only(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise Unreachable(0, "no answer")

    monkeypatch.setattr(Gateway, "funding_rates", silent)
    assert preview(trader).cost.whole.funding == {}
    restored = trader.restore(FUTURES)
    assert restored.job.state is JobState.COMPLETED
    assert restored.legs[0].leg.funding is None
    assert receipt(restored.job)["funding"] == {}
