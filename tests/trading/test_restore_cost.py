"""What coming back costs: sums that a person can check by hand."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any

from exchange.gateway import Gateway, GatewayOptions
from exchange.types import Category, ExchangeEnvironment, FundingRate, Side
from tests.trading.plan_books import NOW, book, instrument
from trading.funding import FundingBook, questions
from trading.plan_restore import plan_restore
from trading.plans import Book, Owed
from trading.requests import RestoreRequest
from trading.restore_cost import ClosingFees, Rates, RestoreCost, funding_saved, restore_cost

LINEAR, INVERSE, SPOT = Category.LINEAR, Category.INVERSE, Category.SPOT
CLOSED = NOW - timedelta(hours=20)
BTC = (LINEAR, "BTCUSDT")
ETH = (LINEAR, "ETHUSDT")
HELD = book(
    [],
    [instrument(*BTC), instrument(*ETH)],
    prices={BTC: D(90), ETH: D(10)},
    fee=D("0.001"),
)


def owed(**more: Any) -> Owed:
    given: dict[str, Any] = {
        "snapshot_id": uuid.uuid4(),
        "category": LINEAR,
        "symbol": "BTCUSDT",
        "side": Side.BUY,
        "position_idx": 0,
        "qty_closed": D(2),
        "qty_restored": D(0),
        "closed_price": D(100),
        "created_at": CLOSED,
    }
    return Owed(**{**given, **more})


def settled(*rates: str, since: datetime = CLOSED) -> list[FundingRate]:
    return [
        FundingRate(since + timedelta(hours=8 * number), D(rate))
        for number, rate in enumerate(rates, start=1)
    ]


def cost(
    items: list[Owed], rates: Rates, fees: ClosingFees, held: Book = HELD, percent: int = 100
) -> RestoreCost:
    plan = plan_restore(items, held, RestoreRequest(held.market_type, D(percent)))
    return restore_cost(plan, items, fees, rates)


def test_a_long_that_fell_meanwhile_saved_the_fall_and_the_funding() -> None:
    item = owed()
    told = cost([item], {BTC: settled("0.001", "-0.0004")}, {item.snapshot_id: {"USDT": D(3)}})
    # 2 × (100 - 90); 3 paid at the closing and 2 × 90 × 0.001 to come; 2 × 100 × 0.0006.
    assert told.whole.to_json() == {
        "price_effect": {"USDT": "20"},
        "fees": {"USDT": "3.18"},
        "funding": {"USDT": "0.12"},
        "net": {"USDT": "16.94"},
    }
    assert told.leg_nets == {item.snapshot_id: D("16.94")}


def test_half_of_it_carries_half_of_all() -> None:
    item = owed()
    fees = {item.snapshot_id: {"USDT": D(3)}}
    half = cost([item], {BTC: settled("0.001")}, fees, percent=50)
    whole = cost([item], {BTC: settled("0.001")}, fees)
    assert half.whole.net["USDT"] * 2 == whole.whole.net["USDT"]


def test_a_short_is_paid_by_positive_rates_so_being_out_cost_it() -> None:
    rates = {BTC: settled("0.001")}
    assert funding_saved(owed(side=Side.SELL), D(2), rates) == D("-0.2")


def test_an_inverse_contract_is_funded_in_coins() -> None:
    item = owed(category=INVERSE, symbol="BTCUSD", qty_closed=D(100), closed_price=D(50))
    assert funding_saved(item, D(100), {(INVERSE, "BTCUSD"): settled("0.001")}) == D("0.002")
    market = (INVERSE, "BTCUSD")
    rules = instrument(*market, settle_coin="BTC", lot_step=D(1), min_qty=D(1))
    held = book([], [rules], prices={market: D(100)}, fee=D("0.001"))
    told = cost([item], {}, {}, held).whole
    # 100 contracts were 2 coins and are 1 now; the fee is a thousandth of that one.
    assert (told.price_effect, told.fees) == ({"BTC": D(-1)}, {"BTC": D("0.001")})


def test_what_was_settled_before_the_closing_does_not_count() -> None:
    early = settled("0.5", since=CLOSED - timedelta(hours=8))
    assert early[0].at == CLOSED
    assert funding_saved(owed(), D(2), {BTC: early}) == 0


def test_the_legs_shares_are_the_whole() -> None:
    items = [owed(), owed(symbol="ETHUSDT", side=Side.SELL, closed_price=D(11))]
    fees = {items[0].snapshot_id: {"USDT": D(1), "MNT": D(5)}}
    told = cost(items, {BTC: settled("0.001"), ETH: settled("0.002")}, fees)
    assert sum(told.leg_nets.values()) == told.whole.net["USDT"]
    assert told.whole.net["MNT"] == -5


def test_funding_that_is_not_known_of_one_is_left_out_of_all() -> None:
    items = [owed(), owed(symbol="ETHUSDT")]
    told = cost(items, {BTC: settled("0.001"), ETH: None}, {}).whole
    assert told.to_json()["funding"] == {}
    assert told.net["USDT"] == told.price_effect["USDT"] - told.fees["USDT"]


def test_the_exchange_is_asked_once_a_market_and_only_where_an_hour_ended() -> None:
    options = GatewayOptions(sandbox_url="http://127.0.0.1:1", timeout_seconds=1)
    gateway = Gateway(None, ExchangeEnvironment.SANDBOX, options)
    now = NOW + timedelta(minutes=30)

    def asked(*items: Owed) -> int:
        return len(questions(FundingBook(), gateway, "sandbox", items, now))

    assert asked(owed(created_at=now - timedelta(minutes=20))) == 0
    assert asked(owed(created_at=now - timedelta(minutes=31))) == 1
    assert asked(owed(), owed(side=Side.SELL), owed(symbol="ETHUSDT")) == 2
    assert asked(owed(category=SPOT)) == 0


def test_rates_are_kept_for_the_hour() -> None:
    calls: list[tuple[datetime, datetime]] = []

    class Told(Gateway):
        def funding_rates(
            self, category: Category, symbol: str, since: datetime, until: datetime
        ) -> list[FundingRate]:
            calls.append((since, until))
            return settled("0.001")

    options = GatewayOptions(sandbox_url="http://127.0.0.1:1", timeout_seconds=1)
    gateway = Told(None, ExchangeEnvironment.SANDBOX, options)
    rates, place = FundingBook(), ("sandbox", *BTC)
    for since, now in (
        (CLOSED, NOW),
        (CLOSED, NOW + timedelta(minutes=59)),
        (CLOSED + timedelta(hours=1), NOW),
        (CLOSED - timedelta(hours=1), NOW),
        (CLOSED, NOW + timedelta(hours=1)),
    ):
        rates.settled(gateway, place, since, now)
    assert [since for since, _ in calls] == [CLOSED, CLOSED - timedelta(hours=1), CLOSED]
