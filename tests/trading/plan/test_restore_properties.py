"""A restore brings back what is owed, never more, and never against what is open: always."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal as D
from decimal import localcontext

from hypothesis import given

from core.numbers import HUNDRED
from exchange.types import Category, Side
from models.states import MarketType
from tests.trading.plan.wild_books import (
    EXACT,
    accounts,
    book_after,
    cases,
    debts,
    key_of,
    owed_after,
    percents,
    reduced,
)
from trading.plan_reduce import plan_reduce
from trading.plan_restore import plan_restore
from trading.plans import Book, Owed
from trading.quantities import percent_of
from trading.reasons import Reason
from trading.requests import ReduceRequest, RestoreRequest

Debt = tuple[Sequence[Owed], Book, RestoreRequest]


@cases
@given(debts())
def test_every_snapshot_is_one_leg_on_its_own_side(debt: Debt) -> None:
    owed, held, request = debt
    legs = {leg.snapshot_id: leg for leg in plan_restore(owed, held, request).legs}
    assert legs.keys() == {item.snapshot_id for item in owed}
    for item in owed:
        leg = legs[item.snapshot_id]
        assert key_of(leg) == key_of(item)
        assert leg.side is leg.position_side is item.side
        assert not leg.reduce_only


@cases
@given(debts())
def test_no_more_comes_back_than_was_closed(debt: Debt) -> None:
    owed, held, request = debt
    left = {item.snapshot_id: item.remainder for item in owed}
    for leg in plan_restore(owed, held, request).sendable:
        assert leg.snapshot_id is not None
        remainder = left[leg.snapshot_id]
        with localcontext(EXACT):
            assert 0 < leg.owed_qty <= remainder * request.percent / 100
            assert leg.size_after == leg.size_now + leg.owed_qty
        assert leg.effective_percent == percent_of(leg.owed_qty, remainder) <= request.percent
        assert leg.category is Category.SPOT or leg.qty == leg.owed_qty


@cases
@given(debts())
def test_a_holding_bought_back_is_net_of_its_fee_and_less_than_a_step_too_much(debt: Debt) -> None:
    owed, held, request = debt
    for leg in plan_restore(owed, held, request).sendable:
        if leg.category is Category.SPOT:
            market = (leg.category, leg.symbol)
            with localcontext(EXACT):
                net = leg.qty * (1 - held.taker_fees[market])
                assert 0 <= net - leg.owed_qty < held.instruments[market].lot_step


@cases
@given(debts())
def test_every_order_is_on_the_step_and_above_both_minimums(debt: Debt) -> None:
    owed, held, request = debt
    for leg in plan_restore(owed, held, request).sendable:
        rules = held.instruments[leg.category, leg.symbol]
        assert rules.trading
        assert leg.qty % rules.lot_step == 0
        assert leg.qty >= rules.min_qty
        lowest = min(leg.price, leg.limit_price or leg.price)
        assert rules.min_notional is None or rules.notional(leg.qty, lowest) >= rules.min_notional
        most = rules.max_market_qty if leg.limit_price is None else rules.max_qty
        assert 0 < leg.max_order_qty <= most
        assert (leg.slices - 1) * leg.max_order_qty < leg.qty <= leg.slices * leg.max_order_qty


@cases
@given(debts())
def test_a_guard_is_a_limit_on_the_tick_that_never_pays_more_than_allowed(debt: Debt) -> None:
    owed, held, request = debt
    guard = request.price_guard
    closed = {item.snapshot_id: item.closed_price for item in owed}
    for leg in plan_restore(owed, held, request).sendable:
        if guard is None:
            assert leg.limit_price is None
            continue
        assert leg.limit_price is not None
        assert leg.snapshot_id is not None
        tick = held.instruments[leg.category, leg.symbol].tick_size
        price = closed[leg.snapshot_id]
        slack = price * (guard.max_slippage_bps or 0) / 10_000
        assert leg.limit_price > 0
        assert leg.limit_price % tick == 0
        if leg.side is Side.BUY:
            assert 0 <= price + slack - leg.limit_price < tick
        else:
            assert 0 <= leg.limit_price - (price - slack) < tick


@cases
@given(debts())
def test_in_one_way_mode_nothing_that_comes_back_nets_against_anything(debt: Debt) -> None:
    owed, held, request = debt
    open_sides = {
        (p.category, p.symbol): p.side for p in held.positions if p.category.is_derivative
    }
    for leg in plan_restore(owed, held, request).sendable:
        if leg.position_idx == 0:
            side = open_sides.setdefault((leg.category, leg.symbol), leg.side)
            assert side is leg.side


@cases
@given(debts())
def test_an_order_fits_the_position_mode_of_its_symbol(debt: Debt) -> None:
    owed, held, request = debt
    for leg in plan_restore(owed, held, request).sendable:
        for position in held.positions:
            if (position.category, position.symbol) == (leg.category, leg.symbol):
                assert (position.position_idx == 0) == (leg.position_idx == 0)


@cases
@given(debts())
def test_only_a_skipped_leg_has_a_reason_and_it_moves_nothing(debt: Debt) -> None:
    owed, held, request = debt
    for leg in plan_restore(owed, held, request).legs:
        if not leg.is_sendable:
            assert leg.reason in set(Reason)
            assert leg.qty == leg.owed_qty == leg.notional == leg.fee_estimate == leg.slices == 0
            assert leg.size_after == leg.size_now
            assert leg.limit_price is None


@cases
@given(debts())
def test_the_plan_depends_on_what_is_owed_not_on_its_order(debt: Debt) -> None:
    owed, held, request = debt
    shuffled = replace(held, positions=held.positions[::-1])
    assert plan_restore(owed, held, request) == plan_restore(owed[::-1], shuffled, request)


@cases
@given(debts(), percents)
def test_more_percent_never_brings_back_less(debt: Debt, other: D) -> None:
    owed, held, request = debt
    alone = owed[:1]  # of several, a newer one that becomes worth an order may stop an older
    low, high = sorted((request.percent, other))
    less = plan_restore(alone, held, replace(request, percent=low)).legs
    more = plan_restore(alone, held, replace(request, percent=high)).legs
    assert all(a.owed_qty <= b.owed_qty for a, b in zip(less, more, strict=True))


@cases
@given(debts())
def test_the_effective_percent_is_of_all_that_is_owed(debt: Debt) -> None:
    owed, held, request = debt
    plan = plan_restore(owed, held, request)
    assert 0 <= plan.effective_percent <= request.percent
    if not plan.sendable:
        assert plan.effective_percent == 0


@cases
@given(reduced())
def test_what_was_closed_comes_back_but_for_a_stated_reason_or_dust(
    asked: tuple[Book, ReduceRequest],
) -> None:
    held, request = asked
    closed = plan_reduce(held, request)
    before = {key_of(p): p.size for p in held.positions}
    restore = RestoreRequest(held.market_type, HUNDRED)
    for leg in plan_restore(owed_after(closed), book_after(held, closed), restore).legs:
        rules = held.instruments[leg.category, leg.symbol]
        if not leg.is_sendable:
            # Only what the exchange let close as a whole may be too small to open again.
            assert leg.reason in (
                Reason.BELOW_LOT_STEP,
                Reason.BELOW_MIN_QTY,
                Reason.BELOW_MIN_NOTIONAL,
            )
            continue
        with localcontext(EXACT):
            missing = before[key_of(leg)] - leg.size_after
        assert 0 <= missing < rules.lot_step
        assert missing == 0 or request.percent == HUNDRED


@cases
@given(accounts(MarketType.FUTURES), percents, percents)
def test_a_restore_in_two_parts_is_no_more_than_all_at_once(
    held: Book, percent: D, part: D
) -> None:
    closed = plan_reduce(held, ReduceRequest(held.market_type, percent))
    after, owed = book_after(held, closed), owed_after(closed)
    first = plan_restore(owed, after, RestoreRequest(held.market_type, part))
    back = {leg.snapshot_id: leg.owed_qty for leg in first.sendable}
    rest = [replace(item, qty_restored=back.get(item.snapshot_id, D(0))) for item in owed]
    second = plan_restore(rest, after, RestoreRequest(held.market_type))
    for item in rest:
        again = next(leg for leg in second.legs if leg.snapshot_id == item.snapshot_id)
        assert item.qty_restored + again.owed_qty <= item.qty_closed
        if again.is_sendable and percent < HUNDRED:
            assert item.qty_restored + again.owed_qty == item.qty_closed
