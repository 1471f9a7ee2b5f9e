"""A reduce takes what was asked, never more, by the exchange's rules: for every book."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from decimal import localcontext

from hypothesis import given

from core.numbers import HUNDRED
from exchange.types import Category
from tests.trading.plan.wild_books import EXACT, accounts, cases, key_of, percents, reduced
from trading.plan_reduce import PRESETS, plan_reduce
from trading.plans import Book
from trading.quantities import percent_of, smallest_order, too_small
from trading.reasons import Reason
from trading.requests import PnlFilter, ReduceRequest

Asked = tuple[Book, ReduceRequest]


@cases
@given(reduced())
def test_no_order_is_above_the_position_nor_turns_it(asked: Asked) -> None:
    held, request = asked
    sizes = {key_of(p): p for p in held.positions}
    for leg in plan_reduce(held, request).legs:
        owned = sizes[key_of(leg)]
        assert leg.size_now == owned.size
        assert 0 <= leg.qty <= owned.size
        with localcontext(EXACT):
            assert leg.size_after == owned.size - leg.qty
        assert (leg.position_side, leg.side) == (owned.side, owned.side.opposite)
        assert leg.reduce_only is leg.category.is_derivative
        assert leg.position_idx == owned.position_idx


@cases
@given(reduced())
def test_every_order_is_on_the_step_and_above_both_minimums(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, request).sendable:
        rules = held.instruments[leg.category, leg.symbol]
        closes_all = leg.qty == leg.size_now and request.percent == HUNDRED
        if closes_all and leg.reduce_only:
            continue  # a reduce-only close of everything is free of the minimums
        assert leg.qty % rules.lot_step == 0
        assert leg.qty >= rules.min_qty
        assert rules.min_notional is None or leg.notional >= rules.min_notional


@cases
@given(reduced())
def test_a_share_is_within_one_step_of_what_was_asked(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, replace(request, round_up=False)).sendable:
        if leg.symbol in request.scope.kept:
            continue
        with localcontext(EXACT):
            wanted = leg.size_now * request.percent / 100
            assert 0 <= wanted - leg.qty < held.instruments[leg.category, leg.symbol].lot_step


@cases
@given(reduced())
def test_all_of_a_futures_position_is_closed_at_a_hundred_percent(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, replace(request, percent=HUNDRED)).legs:
        kept = request.scope.kept.get(leg.symbol) or D(0)
        if leg.category.is_derivative and kept == 0 and leg.reason != Reason.MARKET_CLOSED:
            assert leg.size_after == 0
            assert leg.effective_percent == HUNDRED


@cases
@given(reduced())
def test_all_of_a_holding_but_its_dust_is_sold_at_a_hundred_percent(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, replace(request, percent=HUNDRED)).sendable:
        if leg.category is Category.SPOT and leg.symbol not in request.scope.kept:
            assert leg.size_after < held.instruments[leg.category, leg.symbol].lot_step


@cases
@given(reduced())
def test_the_plan_holds_exactly_the_positions_in_scope(asked: Asked) -> None:
    held, request = asked
    scope = request.scope

    def inside(pnl: D, wanted: PnlFilter) -> bool:
        return pnl > 0 if wanted is PnlFilter.WINNERS else pnl < 0

    expected = {
        key_of(p)
        for p in held.positions
        if (not scope.symbols or p.symbol in scope.symbols)
        and (not scope.sides or p.side in scope.sides)
        and (not scope.categories or p.category in scope.categories)
        and (scope.pnl is None or inside(p.unrealised_pnl or D(0), scope.pnl))
        and not any(
            e.symbol == p.symbol and e.keep_qty is None
            for e in (*scope.exempt, *scope.account_exempt)
        )
    }
    legs = [key_of(leg) for leg in plan_reduce(held, request).legs]
    assert len(legs) == len(set(legs))
    assert set(legs) == expected


@cases
@given(accounts(), percents)
def test_longs_and_shorts_apart_are_the_whole_plan(held: Book, percent: D) -> None:
    request = ReduceRequest(held.market_type, percent)
    whole = {key_of(leg): leg for leg in plan_reduce(held, request).legs}
    parts = [
        leg
        for side in ("Buy", "Sell")
        for leg in plan_reduce(
            replace(held, positions=tuple(p for p in held.positions if p.side == side)), request
        ).legs
    ]
    assert {key_of(leg): leg for leg in parts} == whole


@cases
@given(reduced())
def test_a_core_quantity_is_never_touched(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, request).legs:
        for exemption in (*request.scope.exempt, *request.scope.account_exempt):
            if exemption.symbol == leg.symbol and exemption.keep_qty is not None and leg.qty:
                assert leg.size_after >= min(exemption.keep_qty, leg.size_now)


@cases
@given(reduced())
def test_only_a_skipped_leg_has_a_reason_and_it_moves_nothing(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, request).legs:
        if leg.is_sendable:
            assert leg.qty > 0
        else:
            assert leg.reason in set(Reason)
            assert leg.qty == leg.owed_qty == leg.notional == leg.fee_estimate == leg.slices == 0
            assert leg.size_after == leg.size_now


@cases
@given(reduced())
def test_nothing_that_could_be_sent_is_skipped(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, request).legs:
        rules = held.instruments[leg.category, leg.symbol]
        if leg.is_sendable or not rules.trading:
            assert rules.trading or leg.reason is not None
            continue
        keep = request.scope.kept.get(leg.symbol) or D(0)
        with localcontext(EXACT):
            most = (leg.size_now - keep) // rules.lot_step * rules.lot_step
            share = leg.size_now * request.percent / 100 // rules.lot_step * rules.lot_step
        assert most < smallest_order(rules, leg.price) or (
            not request.round_up and too_small(rules, min(most, share), leg.price) is not None
        )


@cases
@given(reduced())
def test_rounding_up_sends_the_smallest_order_and_changes_no_other_leg(asked: Asked) -> None:
    held, request = asked
    down = {key_of(leg): leg for leg in plan_reduce(held, replace(request, round_up=False)).legs}
    for leg in plan_reduce(held, replace(request, round_up=True)).legs:
        plain = down[key_of(leg)]
        if plain.is_sendable or not leg.is_sendable:
            assert leg == plain
        else:
            rules = held.instruments[leg.category, leg.symbol]
            assert leg.qty == smallest_order(rules, leg.price)


@cases
@given(reduced())
def test_the_slices_carry_the_quantity_and_none_is_empty(asked: Asked) -> None:
    held, request = asked
    for leg in plan_reduce(held, request).sendable:
        rules = held.instruments[leg.category, leg.symbol]
        assert leg.max_order_qty % rules.lot_step == 0
        assert 0 < leg.max_order_qty <= rules.max_market_qty
        assert (leg.slices - 1) * leg.max_order_qty < leg.qty <= leg.slices * leg.max_order_qty


@cases
@given(reduced(), percents)
def test_more_percent_never_takes_less(asked: Asked, other: D) -> None:
    held, request = asked
    low, high = sorted((request.percent, other))
    calm = replace(request, round_up=False)
    less = {key_of(leg): leg.qty for leg in plan_reduce(held, replace(calm, percent=low)).legs}
    more = {key_of(leg): leg.qty for leg in plan_reduce(held, replace(calm, percent=high)).legs}
    assert less.keys() == more.keys()
    assert all(less[key] <= more[key] for key in less)


@cases
@given(reduced())
def test_the_effective_percent_is_what_the_orders_come_to(asked: Asked) -> None:
    held, request = asked
    plan = plan_reduce(held, request)
    for leg in plan.legs:
        assert leg.effective_percent == percent_of(leg.qty, leg.size_now)
        assert request.round_up or leg.effective_percent <= request.percent
    assert 0 <= plan.effective_percent <= HUNDRED
    assert request.round_up or plan.effective_percent <= request.percent
    if not plan.sendable:
        assert plan.effective_percent == 0


@cases
@given(reduced())
def test_each_preset_says_what_its_own_plan_would_say(asked: Asked) -> None:
    held, request = asked
    presets = plan_reduce(held, request).presets
    assert tuple(preset.percent for preset in presets) == PRESETS
    for preset in presets:
        same = plan_reduce(held, replace(request, percent=preset.percent))
        assert preset.feasible == bool(same.sendable)
        assert preset.effective_percent == same.effective_percent


@cases
@given(reduced())
def test_the_plan_depends_on_the_book_not_on_its_order(asked: Asked) -> None:
    held, request = asked
    shuffled = replace(
        held,
        positions=held.positions[::-1],
        instruments=dict(sorted(held.instruments.items(), reverse=True)),
    )
    assert plan_reduce(held, request) == plan_reduce(shuffled, request)


@cases
@given(reduced())
def test_the_biggest_worth_goes_first_and_the_skipped_last(asked: Asked) -> None:
    held, request = asked
    legs = plan_reduce(held, request).legs
    order = [(not leg.is_sendable, -leg.notional, leg.symbol, leg.position_idx) for leg in legs]
    assert order == sorted(order)
