"""Reduce and restore, end to end in one process, against the sandbox over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from models.states import JobState, LegState, MarketType
from tests import oracle
from tests.trading.conftest import Trader
from trading.requests import Exemption, PnlFilter, PriceGuard, Scope

FUTURES, SPOT = MarketType.FUTURES, MarketType.SPOT
MakeTrader = Callable[..., Trader]

BOOK = [
    {
        "category": "linear",
        "symbol": "BTCUSDT",
        "side": "Buy",
        "size": "0.4",
        "entry_price": "60000",
    },
    {"category": "linear", "symbol": "ETHUSDT", "side": "Sell", "size": "3.33"},
    {"category": "linear", "symbol": "BTCPERP", "side": "Buy", "size": "0.02"},
    {"category": "inverse", "symbol": "BTCUSD", "side": "Sell", "size": "1001"},
]
RICH = {"USDT": "500000", "USDC": "50000", "BTC": "1"}


def legs(view: Any) -> dict[str, Any]:
    return {item.leg.symbol: item.leg for item in view.legs}


def check(trader: Trader) -> None:
    with trader.sessions() as session:
        oracle.check(session, trader.account.id, trader.ledger())


def test_a_book_is_reduced_to_the_lot_step_and_comes_back_whole(make_trader: MakeTrader) -> None:
    trader = make_trader(balances=RICH, positions=BOOK)
    before = trader.sizes()

    reduced = trader.reduce(FUTURES, "33.33")

    assert reduced.job.state is JobState.COMPLETED
    assert trader.sizes() == {
        ("linear", "BTCUSDT", 0): Decimal("0.267"),
        ("linear", "ETHUSDT", 0): Decimal("-2.23"),
        ("linear", "BTCPERP", 0): Decimal("0.014"),
        ("inverse", "BTCUSD", 0): Decimal("-668"),
    }
    restored = trader.restore(FUTURES)
    assert restored.job.state is JobState.COMPLETED
    assert trader.sizes() == before
    check(trader)


def test_one_hundred_percent_closes_everything_and_stops_come_back(make_trader: MakeTrader) -> None:
    guarded = {**BOOK[0], "take_profit": "80000", "stop_loss": "50000", "leverage": "7"}
    dust = {"category": "linear", "symbol": "GMXUSDT", "side": "Buy", "size": "0.01"}
    trader = make_trader(balances=RICH, positions=[guarded, dust])
    before = trader.sizes()

    assert trader.reduce(FUTURES, "100").job.state is JobState.COMPLETED
    assert trader.sizes() == {}
    restored = trader.restore(FUTURES, set_leverage=True)

    # The dust was closed below the exchange's minimum; coming back it is an opening order.
    assert legs(restored)["GMXUSDT"].state is LegState.SKIPPED
    assert legs(restored)["GMXUSDT"].reason == "below_min_notional"
    del before["linear", "GMXUSDT", 0]
    assert trader.sizes() == before
    position = trader.state()["positions"][0]
    assert (position["takeProfit"], position["stopLoss"]) == ("80000", "50000")
    assert legs(restored)["BTCUSDT"].protection == "restored"
    assert position["leverage"] == "7"
    check(trader)


def test_hedge_mode_reduces_both_sides_of_a_symbol(make_trader: MakeTrader) -> None:
    both = [
        {"category": "linear", "symbol": "SOLUSDT", "side": "Buy", "size": "100"},
        {"category": "linear", "symbol": "SOLUSDT", "side": "Sell", "size": "40"},
    ]
    trader = make_trader(balances=RICH, positions=both, position_mode="hedge")
    trader.reduce(FUTURES, "50")
    assert trader.sizes() == {
        ("linear", "SOLUSDT", 1): Decimal(50),
        ("linear", "SOLUSDT", 2): Decimal(-20),
    }
    trader.restore(FUTURES)
    assert trader.sizes() == {
        ("linear", "SOLUSDT", 1): Decimal(100),
        ("linear", "SOLUSDT", 2): Decimal(-40),
    }
    check(trader)


def test_spot_comes_back_net_of_the_fee_taken_in_coin(make_trader: MakeTrader) -> None:
    trader = make_trader(balances={"USDT": "90000", "ETH": "3.21771", "SOL": "12", "DOGE": "5"})
    reduced = trader.reduce(SPOT, "40")
    assert legs(reduced)["DOGEUSDT"].reason == "below_min_notional"
    restored = trader.restore(SPOT)
    assert restored.job.state is JobState.COMPLETED
    after = trader.state()["balances"]
    assert Decimal(0) <= Decimal(after["ETH"]) - Decimal("3.21771") < Decimal("0.00002")
    assert Decimal(0) <= Decimal(after["SOL"]) - Decimal(12) < Decimal("0.002")
    check(trader)


def test_a_quantity_above_the_largest_market_order_goes_in_slices(make_trader: MakeTrader) -> None:
    huge = {"category": "linear", "symbol": "HBARUSDT", "side": "Buy", "size": "90001"}
    trader = make_trader(balances=RICH, positions=[huge])
    view = trader.reduce(FUTURES, "100")
    assert view.job.state is JobState.COMPLETED
    assert view.legs[0].attempts == 5
    assert trader.sizes() == {}
    check(trader)


def test_scope_and_exemptions_leave_the_rest_alone(make_trader: MakeTrader) -> None:
    trader = make_trader(balances=RICH, positions=BOOK)
    before = trader.sizes()
    scope = Scope(exempt=(Exemption("ETHUSDT"), Exemption("BTCUSDT", Decimal("0.35"))))
    trader.reduce(FUTURES, "50", scope=scope)
    after = trader.sizes()
    assert after["linear", "ETHUSDT", 0] == before["linear", "ETHUSDT", 0]
    assert after["linear", "BTCUSDT", 0] == Decimal("0.35")
    trader.reduce(FUTURES, "50", scope=Scope(pnl=PnlFilter.WINNERS))
    assert trader.sizes()["linear", "BTCPERP", 0] == after["linear", "BTCPERP", 0]
    check(trader)


def test_reducing_twice_stacks_and_a_part_can_come_back(make_trader: MakeTrader) -> None:
    trader = make_trader(balances=RICH, positions=BOOK[:1])
    trader.reduce(FUTURES, "25")
    trader.reduce(FUTURES, "50")
    assert trader.sizes()["linear", "BTCUSDT", 0] == Decimal("0.15")
    trader.restore(FUTURES, percent=Decimal(50))
    # 0.15 and 0.1 were closed; half of each comes back.
    assert trader.sizes()["linear", "BTCUSDT", 0] == Decimal("0.275")
    trader.restore(FUTURES)
    assert trader.sizes()["linear", "BTCUSDT", 0] == Decimal("0.4")
    check(trader)


def test_a_price_guard_leaves_the_rest_restorable(
    make_trader: MakeTrader, control: Callable[..., Any]
) -> None:
    symbol = "DYDXUSDT"
    book = [{"category": "linear", "symbol": symbol, "side": "Buy", "size": "1000"}]
    trader = make_trader(balances=RICH, positions=book)
    trader.reduce(FUTURES, "50")
    control("POST", "prices", {"move_bps": {symbol: 300}})
    guarded = trader.restore(FUTURES, price_guard=PriceGuard(max_slippage_bps=50))
    assert legs(guarded)[symbol].reason == "price_guard"
    assert trader.sizes()["linear", symbol, 0] == 500
    assert trader.restore(FUTURES).job.state is JobState.COMPLETED
    assert trader.sizes()["linear", symbol, 0] == 1000
    check(trader)


def test_a_leg_without_margin_is_rejected_and_stays_restorable(make_trader: MakeTrader) -> None:
    trader = make_trader(balances={"USDT": "3000"}, positions=BOOK[:1])
    trader.reduce(FUTURES, "50")
    trader.control("POST", f"accounts/{trader.uid}/balances", {"balances": {"USDT": "-3000"}})
    view = trader.restore(FUTURES)
    assert view.job.state is JobState.FAILED
    assert legs(view)["BTCUSDT"].reason == "insufficient_margin"
    trader.control("POST", f"accounts/{trader.uid}/balances", {"balances": {"USDT": "100000"}})
    assert trader.restore(FUTURES).job.state is JobState.COMPLETED
    check(trader)


def test_an_empty_book_says_so(make_trader: MakeTrader) -> None:
    trader = make_trader(balances=RICH)
    view = trader.reduce(FUTURES, "50")
    assert (view.job.state, view.job.error_code) == (JobState.FAILED, "empty_book")


def test_a_receipt_tells_the_round_trip(
    make_trader: MakeTrader, control: Callable[..., Any]
) -> None:
    symbol = "SNXUSDT"
    book = [{"category": "linear", "symbol": symbol, "side": "Buy", "size": "1000"}]
    trader = make_trader(balances=RICH, positions=book)
    trader.reduce(FUTURES, "100")
    control("POST", "prices", {"move_bps": {symbol: -1000}})
    receipt = trader.restore(FUTURES).job.receipt
    assert receipt is not None
    saved = Decimal(receipt["round_trip"]["price_effect"]["USDT"])
    assert Decimal(180) < saved < Decimal(200)
    fees = Decimal(receipt["round_trip"]["fees"]["USDT"])
    assert Decimal(receipt["round_trip"]["net"]["USDT"]) == pytest.approx(saved - fees)
