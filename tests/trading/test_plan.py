"""The planner: properties that hold for every book, then a few books by hand."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.numbers import HUNDRED, floor_to_step
from exchange.types import Category, Side
from models.states import JobKind, MarketType
from tests.trading.plan_books import NOW, D, book, books, instrument, percents, position, requests
from trading.plan_reduce import plan_reduce
from trading.plan_restore import plan_restore
from trading.plans import Owed, Plan
from trading.quantities import too_small
from trading.requests import (
    Exemption,
    PnlFilter,
    PriceGuard,
    ReduceRequest,
    RestoreRequest,
    Scope,
    check_percent,
    reduce_from_json,
    restore_from_json,
    to_json,
)
from trading.scope import UnknownSymbols

LINEAR, INVERSE, SPOT = Category.LINEAR, Category.INVERSE, Category.SPOT
FUTURES = MarketType.FUTURES
cases = settings(max_examples=150, deadline=None)


def reduce(percent: Any, **wishes: Any) -> ReduceRequest:
    return ReduceRequest(FUTURES, D(str(percent)), **wishes)


@cases
@given(st.data())
def test_no_leg_takes_more_than_its_position_or_breaks_a_rule(data: st.DataObject) -> None:
    held = data.draw(books())
    request = data.draw(requests(held))
    for leg in plan_reduce(held, request).legs:
        rules = held.instruments[leg.category, leg.symbol]
        assert 0 <= leg.qty <= leg.size_now
        assert leg.size_after == leg.size_now - leg.qty >= 0
        assert leg.side is leg.position_side.opposite
        assert leg.reduce_only is leg.category.is_derivative
        if not leg.is_sendable:
            assert leg.qty == leg.slices == 0
            continue
        assert rules.trading
        whole = leg.qty == leg.size_now and request.percent == HUNDRED
        if not (whole and leg.category.is_derivative):
            assert leg.qty % rules.lot_step == 0
            assert too_small(rules, leg.qty, leg.price) is None
        assert leg.slices * leg.max_order_qty >= leg.qty > (leg.slices - 1) * leg.max_order_qty


@cases
@given(st.data())
def test_scope_and_exemptions_are_kept(data: st.DataObject) -> None:
    held = data.draw(books())
    request = data.draw(requests(held))
    scope = request.scope
    keep = {exemption.symbol: exemption.keep_qty for exemption in scope.exempt}
    legs = {leg.symbol: leg for leg in plan_reduce(held, request).legs}
    for owned in held.positions:
        leg = legs.get(owned.symbol)
        inside = (
            (not scope.symbols or owned.symbol in scope.symbols)
            and (not scope.sides or owned.side in scope.sides)
            and keep.get(owned.symbol, D(0)) is not None
        )
        if scope.pnl is not None:
            pnl = owned.unrealised_pnl or 0
            inside = inside and (pnl > 0 if scope.pnl is PnlFilter.WINNERS else pnl < 0)
        assert (leg is not None) == inside
        kept = keep.get(owned.symbol)
        if leg is not None and kept is not None and leg.qty:
            assert leg.size_after >= min(kept, owned.size)


@cases
@given(books(), percents)
def test_the_effective_percent_never_overstates_and_presets_agree(
    held: Any, percent: Decimal
) -> None:
    plan = plan_reduce(held, reduce(percent))
    assert 0 <= plan.effective_percent <= HUNDRED
    assert plan.effective_percent <= percent
    for preset in plan.presets:
        same = plan_reduce(held, reduce(preset.percent))
        assert preset.feasible == bool(same.sendable)
        assert preset.effective_percent == same.effective_percent


@cases
@given(books(), percents, percents)
def test_more_percent_never_closes_less(held: Any, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    less = {leg.symbol: leg.qty for leg in plan_reduce(held, reduce(low)).legs}
    more = {leg.symbol: leg.qty for leg in plan_reduce(held, reduce(high)).legs}
    assert all(less[symbol] <= more[symbol] for symbol in less)


@cases
@given(books(), percents)
def test_the_same_book_gives_the_same_plan_in_order_of_worth(held: Any, percent: Decimal) -> None:
    plan = plan_reduce(held, reduce(percent))
    assert plan == plan_reduce(replace(held, positions=held.positions[::-1]), reduce(percent))
    worth = [leg.notional for leg in plan.sendable]
    assert worth == sorted(worth, reverse=True)


def owed_by(plan: Plan) -> list[Owed]:
    return [
        Owed(
            snapshot_id=uuid.uuid4(),
            category=leg.category,
            symbol=leg.symbol,
            side=leg.position_side,
            position_idx=leg.position_idx,
            qty_closed=leg.qty,
            qty_restored=D(0),
            closed_price=leg.price,
            created_at=NOW,
        )
        for leg in plan.sendable
    ]


@cases
@given(books(), percents)
def test_what_was_closed_comes_back_whole(held: Any, percent: Decimal) -> None:
    closed = plan_reduce(held, reduce(percent))
    after = replace(
        held,
        positions=tuple(
            replace(p, size=leg.size_after)
            for p in held.positions
            for leg in closed.legs
            if leg.symbol == p.symbol and leg.size_after > 0
        ),
    )
    back = plan_restore(owed_by(closed), after, RestoreRequest(FUTURES))
    sizes = {leg.symbol: leg.size_now for leg in closed.legs}
    for leg in back.legs:
        assert leg.side is leg.position_side
        assert not leg.reduce_only
        if not leg.is_sendable:
            continue
        assert leg.size_after == sizes[leg.symbol]
        rules = held.instruments[leg.category, leg.symbol]
        fee = held.taker_fees[leg.category, leg.symbol]
        net = leg.qty * (1 - fee) if leg.category is SPOT else leg.qty
        assert net >= leg.owed_qty
        if leg.category is SPOT:
            assert net - leg.owed_qty < rules.lot_step
    assert all(leg.is_sendable or leg.reason for leg in back.legs)


@cases
@given(books((LINEAR,)), percents, st.integers(0, 900))
def test_a_price_guard_never_gives_a_worse_limit(held: Any, percent: Decimal, bps: int) -> None:
    owed = owed_by(plan_reduce(held, reduce(percent)))
    assume(owed)
    request = RestoreRequest(FUTURES, price_guard=PriceGuard(max_slippage_bps=bps))
    closed = {item.snapshot_id: item.closed_price for item in owed}
    for leg in plan_restore(owed, held, request).legs:
        if leg.limit_price is None or leg.snapshot_id is None:
            continue
        slack = closed[leg.snapshot_id] * bps / 10_000
        if leg.side is Side.BUY:
            assert leg.limit_price <= closed[leg.snapshot_id] + slack
        else:
            assert leg.limit_price >= closed[leg.snapshot_id] - slack


@cases
@given(st.data())
def test_a_request_survives_being_stored(data: st.DataObject) -> None:
    request = data.draw(requests(data.draw(books())))
    stored = to_json(request)
    assert to_json(reduce_from_json(stored)) == stored
    guard = PriceGuard(25) if data.draw(st.booleans()) else None
    ids = data.draw(st.sampled_from([None, (uuid.uuid4(), uuid.uuid4())]))
    wish = RestoreRequest(FUTURES, request.percent, ids, guard, data.draw(st.booleans()))
    assert to_json(restore_from_json(to_json(wish))) == to_json(wish)


# -- by hand ------------------------------------------------------------------------------------

BTC = instrument(LINEAR, "BTCUSDT")


def only(plan: Plan) -> Any:
    (leg,) = plan.legs
    return leg


@pytest.mark.parametrize(
    ("size", "percent", "qty", "reason"),
    [
        ("1", "33.33", "0.333", None),
        ("0.003", "25", "0", "below_lot_step"),
        ("0.1", "25", "0", "below_min_notional"),
        ("0.003", "100", "0.003", None),
        ("0.0004", "100", "0.0004", None),
    ],
)
def test_a_share_is_rounded_down_to_the_step(
    size: str, percent: str, qty: str, reason: str | None
) -> None:
    held = book([position(LINEAR, "BTCUSDT", size)], [BTC])
    leg = only(plan_reduce(held, reduce(percent)))
    assert (leg.qty, leg.reason) == (D(qty), reason)


def test_rounding_up_takes_the_smallest_order_that_the_position_can_bear() -> None:
    held = book([position(LINEAR, "BTCUSDT", "0.1")], [BTC])
    assert only(plan_reduce(held, reduce(1, round_up=True))).qty == D("0.05")
    small = book([position(LINEAR, "BTCUSDT", "0.04")], [BTC])
    assert only(plan_reduce(small, reduce(1, round_up=True))).reason == "below_lot_step"
    picky = replace(BTC, min_qty=D("0.07"))
    held = book([position(LINEAR, "BTCUSDT", "0.1")], [picky])
    assert only(plan_reduce(held, reduce(60))).reason == "below_min_qty"


def test_inverse_contracts_are_worth_one_each() -> None:
    rules = instrument(INVERSE, "BTCUSD", lot_step=D(1), min_qty=D(1), min_notional=None)
    held = book([position(INVERSE, "BTCUSD", "1001", side=Side.SELL)], [rules])
    leg = only(plan_reduce(held, reduce(50)))
    assert (leg.qty, leg.notional, leg.side) == (D(500), D(500), Side.BUY)


def test_spot_dust_below_the_step_stays() -> None:
    rules = instrument(SPOT, "ETHUSDT", lot_step=D("0.01"))
    held = book([position(SPOT, "ETHUSDT", "1.23456")], [rules])
    leg = only(plan_reduce(held, reduce(100)))
    assert (leg.qty, leg.size_after) == (D("1.23"), D("0.00456"))


def test_closed_markets_and_lost_instruments_are_skipped() -> None:
    held = book([position(LINEAR, "BTCUSDT", "1")], [replace(BTC, trading=False)])
    assert only(plan_reduce(held, reduce(50))).reason == "market_closed"
    assert only(plan_reduce(replace(held, instruments={}), reduce(50))).reason == "instrument_gone"


def test_names_that_nobody_trades_are_refused() -> None:
    held = book([], [BTC])
    with pytest.raises(UnknownSymbols, match="NOPE, WHAT"):
        plan_reduce(held, reduce(5, scope=Scope(symbols=("WHAT",), exempt=(Exemption("NOPE"),))))
    categories = Scope(categories=(INVERSE,))
    linear = book([position(LINEAR, "BTCUSDT", "1")], [BTC])
    assert plan_reduce(linear, reduce(5, scope=categories)).legs == ()


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


PRICES = {(LINEAR, "BTCUSDT"): D(100)}


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (book([], [], prices=PRICES), "instrument_gone"),
        (book([], [BTC]), "price_unknown"),
        (book([], [replace(BTC, trading=False)], prices=PRICES), "market_closed"),
        (book([position(LINEAR, "BTCUSDT", "1", side=Side.SELL)], [BTC]), "opposite_position"),
        (book([position(LINEAR, "BTCUSDT", "1", position_idx=1)], [BTC]), "position_mode_changed"),
    ],
)
def test_what_cannot_come_back_says_why(held: Any, reason: str) -> None:
    plan = plan_restore([owed()], held, RestoreRequest(FUTURES))
    assert only(plan).reason == reason
    assert plan.kind is JobKind.RESTORE


def test_a_hedged_snapshot_needs_a_hedged_account() -> None:
    held = book([position(LINEAR, "BTCUSDT", "1")], [BTC])
    plan = plan_restore([owed(position_idx=2, side=Side.SELL)], held, RestoreRequest(FUTURES))
    assert only(plan).reason == "position_mode_changed"


def test_a_part_of_what_is_left_is_rounded_down_and_newest_comes_first() -> None:
    held = book([], [BTC], prices=PRICES)
    first = owed(qty_closed=D("0.5"), created_at=NOW)
    second = owed(qty_closed=D("0.7"), qty_restored=D("0.2"), created_at=NOW + timedelta(hours=1))
    plan = plan_restore([first, second], held, RestoreRequest(FUTURES, percent=D("33.33")))
    assert [leg.qty for leg in plan.legs] == [D("0.166"), D("0.166")]
    assert plan.legs[0].snapshot_id == second.snapshot_id
    assert plan.effective_percent == D("33.2")


def test_a_guard_of_nothing_is_the_closed_price_itself() -> None:
    held = book([], [BTC], prices=PRICES)
    better = RestoreRequest(FUTURES, price_guard=PriceGuard(better_only=True))
    assert only(plan_restore([owed(closed_price=D("99.999"))], held, better)).limit_price == D(
        "99.99"
    )
    short = owed(side=Side.SELL, closed_price=D("99.991"))
    assert only(plan_restore([short], held, better)).limit_price == D("100.00")
    unguarded = RestoreRequest(FUTURES, price_guard=PriceGuard())
    assert only(plan_restore([owed()], held, unguarded)).limit_price is None
    worthless = owed(closed_price=D("0.001"))
    assert only(plan_restore([worthless], held, better)).reason == "price_out_of_range"


@pytest.mark.parametrize("percent", ["0", "-1", "100.01", "12.345", "NaN", "Infinity"])
def test_a_percent_is_above_zero_and_has_two_decimals(percent: str) -> None:
    with pytest.raises(ValueError, match="percent"):
        check_percent(D(percent))


def test_flooring_is_exact_for_awkward_steps() -> None:
    assert floor_to_step(D("0.29"), D("0.01")) == D("0.29")
    assert floor_to_step(D("0.3") - D("0.1"), D("0.1")) == D("0.2")
