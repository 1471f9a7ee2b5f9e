"""A reduce on books that a person can check by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from exchange.types import Category, Side
from models.states import JobKind, MarketType
from tests.trading.plan_books import NOW, book, instrument, position
from trading.plan_reduce import plan_reduce
from trading.plans import Book, Plan, PlannedLeg
from trading.reasons import Reason
from trading.requests import Exemption, PnlFilter, ReduceRequest, Scope
from trading.scope import UnknownSymbols

LINEAR, INVERSE, SPOT = Category.LINEAR, Category.INVERSE, Category.SPOT
BTC = instrument(LINEAR, "BTCUSDT")
ETH = instrument(LINEAR, "ETHUSDT")


def planned(held: Book, percent: str, **wishes: Any) -> Plan:
    return plan_reduce(held, ReduceRequest(held.market_type, D(percent), **wishes))


def only(plan: Plan) -> PlannedLeg:
    (leg,) = plan.legs
    return leg


def long_btc(size: str = "1", **more: Any) -> Book:
    return book([position(LINEAR, "BTCUSDT", size, **more)], [BTC])


def test_a_quarter_of_a_long_is_sold_reduce_only() -> None:
    leg = only(planned(long_btc(price=D(60_000)), "25"))
    assert (leg.side, leg.qty, leg.reduce_only, leg.position_idx) == (Side.SELL, D("0.25"), True, 0)
    assert (leg.size_now, leg.size_after) == (D(1), D("0.75"))
    assert (leg.notional, leg.fee_estimate) == (D(15_000), D(15))
    assert leg.effective_percent == D(25)
    assert leg.limit_price is None
    assert leg.snapshot_id is None


def test_a_third_says_what_it_comes_to_after_rounding() -> None:
    held = book(
        [position(LINEAR, "BTCUSDT", "0.1", price=D(60_000))],
        [replace(BTC, lot_step=D("0.01"), min_qty=D("0.01"))],
    )
    plan = planned(held, "33.33")
    assert only(plan).qty == D("0.03")
    assert plan.effective_percent == only(plan).effective_percent == D("30.00")
    assert plan.percent == D("33.33")


def test_the_effective_percent_of_the_book_is_weighted_by_worth() -> None:
    held = book(
        [
            position(LINEAR, "BTCUSDT", "3", price=D(1000)),
            position(LINEAR, "ETHUSDT", "0.001", price=D(1_000_000)),
        ],
        [BTC, ETH],
    )
    plan = planned(held, "50")
    assert [leg.reason for leg in plan.legs] == [None, Reason.BELOW_LOT_STEP]
    assert plan.effective_percent == D("37.50")


def test_both_sides_of_a_hedge_shrink_each_with_its_own_index() -> None:
    held = book(
        [
            position(LINEAR, "BTCUSDT", "2", position_idx=1),
            position(LINEAR, "BTCUSDT", "1", side=Side.SELL, position_idx=2),
        ],
        [BTC],
    )
    legs = planned(held, "50").legs
    assert [(leg.side, leg.position_idx, leg.qty) for leg in legs] == [
        (Side.SELL, 1, D(1)),
        (Side.BUY, 2, D("0.5")),
    ]


def test_a_core_quantity_holds_for_each_side_of_a_hedge() -> None:
    held = book(
        [
            position(LINEAR, "BTCUSDT", "2", position_idx=1),
            position(LINEAR, "BTCUSDT", "1", side=Side.SELL, position_idx=2),
        ],
        [BTC],
    )
    plan = planned(held, "100", scope=Scope(exempt=(Exemption("BTCUSDT", D("0.9")),)))
    assert [leg.size_after for leg in plan.legs] == [D("0.9"), D("0.9")]


def test_inverse_contracts_are_whole_and_worth_one_quote_unit_each() -> None:
    rules = instrument(INVERSE, "BTCUSD", lot_step=D(1), min_qty=D(1), min_notional=D(1))
    held = book([position(INVERSE, "BTCUSD", "333", side=Side.SELL, price=D(60_000))], [rules])
    leg = only(planned(held, "10"))
    assert (leg.side, leg.qty, leg.notional) == (Side.BUY, D(33), D(33))
    assert leg.fee_estimate == D("0.033")


def test_a_usdc_contract_is_a_position_like_any_other() -> None:
    rules = instrument(LINEAR, "BTCPERP", quote_coin="USDC", settle_coin="USDC")
    leg = only(planned(book([position(LINEAR, "BTCPERP", "1")], [rules]), "40"))
    assert (leg.qty, leg.reason) == (D("0.4"), None)


def test_a_holding_is_sold_without_reduce_only_and_keeps_its_dust() -> None:
    rules = instrument(SPOT, "ETHUSDT", lot_step=D("0.0001"))
    held = book([position(SPOT, "ETHUSDT", "1.23456789")], [rules], market_type=MarketType.SPOT)
    leg = only(planned(held, "100"))
    assert (leg.side, leg.reduce_only, leg.position_idx) == (Side.SELL, False, 0)
    assert (leg.qty, leg.size_after) == (D("1.2345"), D("0.00006789"))


def test_a_balance_of_eighteen_decimals_is_never_sold_short() -> None:
    rules = instrument(SPOT, "PEPEUSDT", lot_step=D("0.01"), max_market_qty=D("1e12"))
    size = "12345678901.999999999999999999"
    held = book([position(SPOT, "PEPEUSDT", size, price=D("0.00001"))], [rules])
    assert only(planned(held, "100")).qty == D("12345678901.99")
    assert only(planned(held, "50")).qty == D("6172839450.99")


@pytest.mark.parametrize("size", ["0.0004", "0.0014", "0.001"])
def test_a_futures_position_is_closed_with_its_dust_and_below_the_minimums(size: str) -> None:
    leg = only(planned(long_btc(size), "100"))
    assert (leg.qty, leg.size_after, leg.reason) == (D(size), D(0), None)
    assert leg.slices == 1


def test_a_position_kept_in_part_is_not_closed_with_its_dust() -> None:
    keep = Scope(exempt=(Exemption("BTCUSDT", D("0.2")),))
    leg = only(planned(long_btc("1.0004"), "100", scope=keep))
    assert (leg.qty, leg.size_after) == (D("0.8"), D("0.2004"))


def test_keeping_nothing_of_a_symbol_exempts_nothing() -> None:
    keep = Scope(exempt=(Exemption("BTCUSDT", D(0)),))
    assert only(planned(long_btc("0.0004"), "100", scope=keep)).qty == D("0.0004")


@pytest.mark.parametrize("keep", ["1", "1.5", "1e29"])
def test_a_position_within_its_core_quantity_is_skipped_as_exempt(keep: str) -> None:
    scope = Scope(exempt=(Exemption("BTCUSDT", D(keep)),))
    for round_up in (False, True):
        leg = only(planned(long_btc(), "100", scope=scope, round_up=round_up))
        assert (leg.qty, leg.reason) == (D(0), Reason.EXEMPT)


def test_a_symbol_exempt_twice_is_kept_by_the_wider_exemption() -> None:
    both = (Exemption("BTCUSDT", D("0.3")), Exemption("BTCUSDT", D("0.7")))
    for exempt in (both, both[::-1]):
        assert only(planned(long_btc(), "100", scope=Scope(exempt=exempt))).qty == D("0.3")
    wholly = (Exemption("BTCUSDT"), Exemption("BTCUSDT", D("0.3")))
    for exempt in (wholly, wholly[::-1]):
        assert planned(long_btc(), "100", scope=Scope(exempt=exempt)).legs == ()


@pytest.mark.parametrize(
    ("size", "percent", "rounded_up", "reason"),
    [
        ("1", "1", "0.05", None),  # 0.01 BTC at 100 is below the least worth of 5
        ("0.05", "1", "0.05", None),  # the smallest order is all of it
        ("0.049", "1", "0", Reason.BELOW_LOT_STEP),
        ("0.049", "90", "0", Reason.BELOW_MIN_NOTIONAL),
    ],
)
def test_rounding_up_stays_within_the_position(
    size: str, percent: str, rounded_up: str, reason: Reason | None
) -> None:
    leg = only(planned(long_btc(size), percent, round_up=True))
    assert (leg.qty, leg.reason) == (D(rounded_up), reason)


def test_rounding_up_never_reaches_into_the_core_quantity() -> None:
    keep = Scope(exempt=(Exemption("BTCUSDT", D("0.96")),))
    leg = only(planned(long_btc(), "1", scope=keep, round_up=True))
    assert (leg.qty, leg.reason) == (D(0), Reason.BELOW_MIN_NOTIONAL)


@pytest.mark.parametrize(
    ("price", "smallest"), [("3", "1.666667"), ("6001", "0.000834"), ("0.7", "7.142858")]
)
def test_rounding_up_finds_the_step_whose_worth_is_just_enough(price: str, smallest: str) -> None:
    rules = replace(BTC, lot_step=D("0.000001"), min_qty=D("0.000001"))
    held = book([position(LINEAR, "BTCUSDT", "8", price=D(price))], [rules])
    leg = only(planned(held, "0.01", round_up=True))
    assert leg.notional >= D(5)
    assert leg.qty == D(smallest)


def test_a_large_quantity_takes_as_many_orders_as_the_exchange_needs() -> None:
    rules = replace(BTC, max_market_qty=D("10.0005"))
    leg = only(planned(book([position(LINEAR, "BTCUSDT", "42")], [rules]), "50"))
    assert (leg.qty, leg.max_order_qty, leg.slices) == (D(21), D(10), 3)


def test_what_the_position_carried_goes_into_the_leg() -> None:
    held = long_btc(leverage=D(12), take_profit=D(150), stop_loss=D(80))
    leg = only(planned(held, "100"))
    assert (leg.leverage, leg.take_profit, leg.stop_loss) == (D(12), D(150), D(80))


def test_the_price_of_the_moment_counts_before_the_position_s_own() -> None:
    held = replace(long_btc(), prices={(LINEAR, "BTCUSDT"): D(90)})
    assert only(planned(held, "50")).notional == D(45)
    assert only(planned(replace(held, prices={}), "50")).notional == D(50)


def test_a_symbol_without_a_fee_rate_is_estimated_at_no_fee() -> None:
    assert only(planned(replace(long_btc(), taker_fees={}), "50")).fee_estimate == 0


def test_a_position_without_a_price_is_closed_whole_or_not_at_all() -> None:
    held = long_btc(price=D(0))
    for round_up in (False, True):
        assert only(planned(held, "50", round_up=round_up)).reason == Reason.PRICE_UNKNOWN
    assert only(planned(held, "100")).qty == D(1)


def test_a_closed_market_says_so_however_small_the_share() -> None:
    held = book([position(LINEAR, "BTCUSDT", "0.001")], [replace(BTC, trading=False)])
    for percent in ("1", "100"):
        assert only(planned(held, percent)).reason == Reason.MARKET_CLOSED


def test_an_instrument_that_is_gone_leaves_its_position_in_sight() -> None:
    leg = only(planned(replace(long_btc(), instruments={}), "50"))
    assert (leg.reason, leg.size_after) == (Reason.INSTRUMENT_GONE, D(1))


def test_an_empty_book_is_an_empty_plan_with_presets_that_do_nothing() -> None:
    plan = planned(book([], []), "50")
    assert (plan.legs, plan.effective_percent, plan.kind) == ((), D(0), JobKind.REDUCE)
    assert plan.as_of == NOW
    assert [(preset.percent, preset.feasible) for preset in plan.presets] == [
        (D(25), False),
        (D(50), False),
        (D(75), False),
        (D(100), False),
    ]


def test_presets_show_from_where_on_a_small_book_can_be_reduced() -> None:
    plan = planned(long_btc("0.1"), "1")
    assert [preset.feasible for preset in plan.presets] == [False, True, True, True]
    rounded = planned(long_btc("0.1"), "1", round_up=True)
    assert [preset.effective_percent for preset in rounded.presets] == [
        D(50),
        D(50),
        D(75),
        D(100),
    ]


def test_winners_are_above_zero_losers_below_and_the_rest_is_neither() -> None:
    symbols = {"AUSDT": D(5), "BUSDT": D(-5), "CUSDT": D(0), "DUSDT": None}
    held = book(
        [position(LINEAR, symbol, "1", unrealised_pnl=pnl) for symbol, pnl in symbols.items()],
        [instrument(LINEAR, symbol) for symbol in symbols],
    )

    def touched(pnl: PnlFilter) -> list[str]:
        return [leg.symbol for leg in planned(held, "50", scope=Scope(pnl=pnl)).legs]

    assert touched(PnlFilter.WINNERS) == ["AUSDT"]
    assert touched(PnlFilter.LOSERS) == ["BUSDT"]


def test_a_scope_may_name_what_is_traded_but_not_held() -> None:
    held = book([position(LINEAR, "BTCUSDT", "1")], [BTC, ETH])
    assert planned(held, "50", scope=Scope(symbols=("ETHUSDT",))).legs == ()


def test_every_name_that_is_not_traded_is_told() -> None:
    scope = Scope(symbols=("ZZZ", "BTCUSDT"), exempt=(Exemption("AAA", D(1)),))
    with pytest.raises(UnknownSymbols) as error:
        planned(long_btc(), "50", scope=scope)
    assert error.value.symbols == ("AAA", "ZZZ")
