"""A restore on debts that a person can check by hand."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from exchange.types import Category, Side
from models.states import JobKind, MarketType
from tests.trading.plan_books import NOW, book, instrument, position
from trading.plan_restore import plan_restore
from trading.plans import Book, Owed, Plan, PlannedLeg
from trading.reasons import Reason
from trading.requests import PriceGuard, RestoreRequest

LINEAR, INVERSE, SPOT = Category.LINEAR, Category.INVERSE, Category.SPOT
BTC = instrument(LINEAR, "BTCUSDT")
FLAT = book([], [BTC], prices={(LINEAR, "BTCUSDT"): D(100)})
COINS = instrument(SPOT, "ETHUSDT", lot_step=D("0.0001"), min_qty=D("0.0001"))
WALLET = book(
    [], [COINS], prices={(SPOT, "ETHUSDT"): D(3000)}, market_type=MarketType.SPOT, fee=D("0.001")
)


def owed(**more: Any) -> Owed:
    given: dict[str, Any] = {
        "snapshot_id": uuid.uuid4(),
        "category": LINEAR,
        "symbol": "BTCUSDT",
        "side": Side.BUY,
        "position_idx": 0,
        "qty_closed": D(1),
        "qty_restored": D(0),
        "closed_price": D(100),
        "created_at": NOW,
    }
    return Owed(**{**given, **more})


def owed_coins(qty: str, **more: Any) -> Owed:
    return owed(category=SPOT, symbol="ETHUSDT", qty_closed=D(qty), closed_price=D(3000), **more)


def planned(debts: list[Owed], held: Book, percent: str = "100", **wishes: Any) -> Plan:
    return plan_restore(debts, held, RestoreRequest(held.market_type, D(percent), **wishes))


def only(plan: Plan) -> PlannedLeg:
    (leg,) = plan.legs
    return leg


def test_stops_are_set_again_only_where_they_went_with_the_position() -> None:
    item = owed(take_profit=D(150), stop_loss=D(80))
    gone = only(planned([item], FLAT))
    assert (gone.take_profit, gone.stop_loss, gone.closed_price) == (D(150), D(80), D(100))
    still_there = only(planned([item], book([position(LINEAR, "BTCUSDT", "1")], [BTC])))
    assert (still_there.take_profit, still_there.stop_loss) == (None, None)


def test_a_closed_long_is_bought_back_whole() -> None:
    item = owed(leverage=D(7))
    plan = planned([item], FLAT)
    leg = only(plan)
    assert (leg.side, leg.position_side, leg.reduce_only) == (Side.BUY, Side.BUY, False)
    assert (leg.qty, leg.owed_qty, leg.size_now, leg.size_after) == (D(1), D(1), D(0), D(1))
    assert (leg.notional, leg.fee_estimate, leg.effective_percent) == (D(100), D("0.1"), D(100))
    assert (leg.snapshot_id, leg.leverage, leg.limit_price) == (item.snapshot_id, D(7), None)
    assert (plan.kind, plan.effective_percent) == (JobKind.RESTORE, D(100))


def test_a_closed_short_is_sold_again_on_top_of_what_is_left_of_it() -> None:
    held = book([position(LINEAR, "BTCUSDT", "0.4", side=Side.SELL)], [BTC])
    leg = only(planned([owed(side=Side.SELL, qty_closed=D("0.6"))], held))
    assert (leg.side, leg.size_now, leg.size_after) == (Side.SELL, D("0.4"), D(1))


def test_both_sides_of_a_hedge_come_back_beside_each_other() -> None:
    held = book([position(LINEAR, "BTCUSDT", "1", position_idx=1)], [BTC])
    long = owed(position_idx=1)
    short = owed(position_idx=2, side=Side.SELL, qty_closed=D(2))
    legs = planned([long, short], held).legs
    assert [(leg.side, leg.position_idx, leg.size_now, leg.size_after) for leg in legs] == [
        (Side.SELL, 2, D(0), D(2)),
        (Side.BUY, 1, D(1), D(2)),
    ]


def test_inverse_contracts_come_back_whole() -> None:
    rules = instrument(INVERSE, "BTCUSD", lot_step=D(1), min_qty=D(1), min_notional=None)
    held = book([], [rules], prices={(INVERSE, "BTCUSD"): D(60_000)})
    item = owed(category=INVERSE, symbol="BTCUSD", qty_closed=D(33), closed_price=D(50_000))
    leg = only(planned([item], held, "50"))
    assert (leg.qty, leg.notional) == (D(16), D(16))


def test_coins_are_bought_with_their_fee_on_top() -> None:
    leg = only(planned([owed_coins("1")], WALLET))
    assert (leg.side, leg.owed_qty, leg.qty) == (Side.BUY, D(1), D("1.0011"))
    assert leg.size_after == D(1)
    assert D(1) <= leg.qty * D("0.999") < D("1.0001")


def test_a_part_of_what_is_owed_in_coins_is_on_the_step_before_the_fee() -> None:
    leg = only(planned([owed_coins("1.00009")], WALLET, "33.33"))
    assert (leg.owed_qty, leg.qty) == (D("0.3333"), D("0.3337"))


def test_the_rest_of_what_is_owed_in_coins_comes_back_though_it_is_off_the_step() -> None:
    leg = only(planned([owed_coins("1", qty_restored=D("0.33333"))], WALLET))
    assert (leg.owed_qty, leg.qty) == (D("0.66667"), D("0.6674"))


def test_without_a_fee_rate_coins_are_bought_as_they_are_owed() -> None:
    leg = only(planned([owed_coins("1")], replace(WALLET, taker_fees={})))
    assert (leg.qty, leg.fee_estimate) == (D(1), D(0))


@pytest.mark.parametrize(
    ("closed", "percent", "reason"),
    [
        ("0.0009", "100", Reason.BELOW_LOT_STEP),
        ("0.001", "50", Reason.BELOW_LOT_STEP),
        ("0.002", "50", Reason.BELOW_MIN_NOTIONAL),
    ],
)
def test_what_is_too_small_to_order_stays_owed(closed: str, percent: str, reason: Reason) -> None:
    leg = only(planned([owed(qty_closed=D(closed))], FLAT, percent))
    assert (leg.qty, leg.owed_qty, leg.reason) == (D(0), D(0), reason)


def test_below_the_least_quantity_it_stays_owed() -> None:
    held = replace(FLAT, instruments={(LINEAR, "BTCUSDT"): replace(BTC, min_qty=D(2))})
    assert only(planned([owed()], held)).reason == Reason.BELOW_MIN_QTY


def test_what_owes_nothing_any_more_brings_nothing() -> None:
    plan = planned([owed(qty_restored=D(1))], FLAT)
    assert only(plan).reason == Reason.BELOW_LOT_STEP
    assert plan.effective_percent == 0


def test_nothing_owed_is_an_empty_plan() -> None:
    plan = planned([], FLAT)
    assert (plan.legs, plan.effective_percent, plan.presets) == ((), D(0), ())


def test_of_snapshots_of_equal_worth_the_newest_comes_first() -> None:
    items = [owed(created_at=NOW + timedelta(minutes=minute)) for minute in (1, 3, 2)]
    legs = planned(items, FLAT).legs
    newest_first = [items[1].snapshot_id, items[2].snapshot_id, items[0].snapshot_id]
    assert [leg.snapshot_id for leg in legs] == newest_first


@pytest.mark.parametrize(
    ("side", "guard", "limit"),
    [
        (Side.BUY, PriceGuard(max_slippage_bps=25), "100.37"),  # 100.123 + 0.2503…
        (Side.SELL, PriceGuard(max_slippage_bps=25), "99.88"),
        (Side.BUY, PriceGuard(max_slippage_bps=0), "100.12"),
        (Side.BUY, PriceGuard(better_only=True), "100.12"),
        (Side.SELL, PriceGuard(better_only=True), "100.13"),
        (Side.BUY, PriceGuard(max_slippage_bps=500, better_only=True), "100.12"),
    ],
)
def test_a_limit_is_rounded_to_the_better_tick(side: Side, guard: PriceGuard, limit: str) -> None:
    item = owed(side=side, closed_price=D("100.123"))
    assert only(planned([item], FLAT, price_guard=guard)).limit_price == D(limit)


def test_a_guarded_order_may_be_as_large_as_a_limit_order() -> None:
    item = owed(qty_closed=D(4000))
    assert only(planned([item], FLAT)).slices == 4
    assert only(planned([item], FLAT, price_guard=PriceGuard(10))).slices == 1


def test_a_guard_without_any_price_left_is_out_of_range() -> None:
    wide = PriceGuard(max_slippage_bps=10_000)
    leg = only(planned([owed(side=Side.SELL)], FLAT, price_guard=wide))
    assert leg.reason == Reason.PRICE_OUT_OF_RANGE


def test_the_least_worth_must_hold_at_the_lower_of_mark_and_limit() -> None:
    item = owed(qty_closed=D("0.05"), closed_price=D(99))
    assert only(planned([item], FLAT)).is_sendable
    guarded = only(planned([item], FLAT, price_guard=PriceGuard(better_only=True)))
    assert guarded.reason == Reason.BELOW_MIN_NOTIONAL


def test_a_position_opened_the_other_way_stops_a_one_way_restore() -> None:
    held = book([position(LINEAR, "BTCUSDT", "3", side=Side.SELL)], [BTC])
    leg = only(planned([owed()], held))
    assert (leg.reason, leg.size_now, leg.size_after) == (Reason.OPPOSITE_POSITION, D(0), D(0))


def test_of_a_long_and_a_short_owed_in_one_way_mode_the_newer_comes_back() -> None:
    old_long = owed(qty_closed=D(5), closed_price=D(100))
    new_short = owed(side=Side.SELL, created_at=NOW + timedelta(hours=1))
    plan = planned([old_long, new_short], FLAT)
    assert [(leg.side, leg.reason) for leg in plan.legs] == [
        (Side.SELL, None),
        (Side.BUY, Reason.OPPOSITE_POSITION),
    ]
    assert plan.legs[1].qty == 0
    assert plan.effective_percent == D("16.66")


def test_a_newer_one_that_is_not_sent_does_not_stand_in_the_older_one_s_way() -> None:
    dust = owed(side=Side.SELL, qty_closed=D("0.0001"), created_at=NOW + timedelta(hours=1))
    legs = planned([owed(), dust], FLAT).legs
    assert [leg.reason for leg in legs] == [None, Reason.BELOW_LOT_STEP]


@pytest.mark.parametrize(
    ("was", "is_now"), [((Side.BUY, 0), (Side.BUY, 1)), ((Side.SELL, 2), (Side.SELL, 0))]
)
def test_a_changed_position_mode_stops_a_restore(
    was: tuple[Side, int], is_now: tuple[Side, int]
) -> None:
    held = book([position(LINEAR, "BTCUSDT", "1", side=is_now[0], position_idx=is_now[1])], [BTC])
    leg = only(planned([owed(side=was[0], position_idx=was[1])], held))
    assert leg.reason == Reason.POSITION_MODE_CHANGED


def test_another_symbol_s_mode_does_not_matter() -> None:
    ethers = position(LINEAR, "ETHUSDT", "1", position_idx=1)
    held = book([ethers], [BTC, instrument(LINEAR, "ETHUSDT")], prices=FLAT.prices)
    assert only(planned([owed()], held)).is_sendable


def test_what_the_exchange_does_not_list_price_or_trade_stays_owed() -> None:
    unlisted = only(planned([owed()], replace(FLAT, instruments={})))
    assert (unlisted.reason, unlisted.price) == (Reason.INSTRUMENT_GONE, D(100))
    unpriced = only(planned([owed(closed_price=D(90))], replace(FLAT, prices={})))
    assert (unpriced.reason, unpriced.price) == (Reason.PRICE_UNKNOWN, D(90))
    closed = replace(FLAT, instruments={(LINEAR, "BTCUSDT"): replace(BTC, trading=False)})
    assert only(planned([owed()], closed)).reason == Reason.MARKET_CLOSED
