"""Answers recorded from the real exchange, parsed to the right values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

from exchange import parse
from exchange.types import (
    Balance,
    Category,
    Execution,
    FeeRate,
    Instrument,
    Order,
    OrderStatus,
    Position,
    Side,
)


def rows(recorded: Path, name: str) -> list[dict[str, Any]]:
    answer = json.loads((recorded / f"http_get_{name}.json").read_text())
    found: list[dict[str, Any]] = answer["result"]["list"]
    return found


def test_linear_instruments(recorded: Path) -> None:
    bitcoin, ether = (
        parse.instrument(Category.LINEAR, row) for row in rows(recorded, "instruments_linear")
    )
    assert bitcoin == Instrument(
        category=Category.LINEAR,
        symbol="BTCUSDT",
        base_coin="BTC",
        quote_coin="USDT",
        settle_coin="USDT",
        trading=True,
        lot_step=D("0.001"),
        min_qty=D("0.001"),
        max_qty=D(100),
        max_market_qty=D(50),
        min_notional=D(5),
        tick_size=D("0.5"),
    )
    assert (ether.lot_step, ether.max_market_qty) == (D("0.01"), D(500))


def test_inverse_instruments_have_no_minimum_notional(recorded: Path) -> None:
    (bitcoin,) = (
        parse.instrument(Category.INVERSE, row) for row in rows(recorded, "instruments_inverse")
    )
    assert (bitcoin.symbol, bitcoin.settle_coin, bitcoin.min_notional) == ("BTCUSD", "BTC", None)
    assert (bitcoin.lot_step, bitcoin.max_market_qty) == (D(1), D(500000))
    assert bitcoin.notional(D(700), D(64000)) == D(700)


def test_spot_instruments(recorded: Path) -> None:
    bitcoin, ether = (
        parse.instrument(Category.SPOT, row) for row in rows(recorded, "instruments_spot")
    )
    assert (bitcoin.lot_step, bitcoin.min_qty, bitcoin.min_notional) == (
        D("0.0001"),
        D("0.001"),
        D(10),
    )
    # Without a figure of its own, a market order may carry what any order may.
    assert bitcoin.max_market_qty == bitcoin.max_qty == D(100)
    assert (bitcoin.settle_coin, ether.tick_size) == ("USDT", D("0.01"))


def test_positions_leave_the_empty_one_out(recorded: Path) -> None:
    found = [parse.position(Category.LINEAR, row) for row in rows(recorded, "positions")]
    assert found[0] == Position(
        category=Category.LINEAR,
        symbol="BTCUSDT",
        side=Side.BUY,
        size=D("0.5"),
        position_idx=0,
        entry_price=D(50000),
        mark_price=D(50500),
        value=D(25000),
        unrealised_pnl=D(250),
        leverage=D(10),
        margin=D(2500),
        liq_price=D(45000),
        take_profit=D(55000),
        stop_loss=D(48000),
        trailing_stop=None,
        updated_at=datetime(2023, 10, 19, 0, 0, 0, 12000, UTC),
    )
    assert found[1] is not None
    assert (found[1].side, found[1].size) == (Side.SELL, D(5))
    assert found[2] is None


def test_wallet_and_what_of_it_may_be_sold(recorded: Path) -> None:
    coins = rows(recorded, "wallet_balance")[0]["coin"]
    bitcoin, tether, ether = (parse.balance(row) for row in coins)
    assert tether == Balance("USDT", D("1000.50"), D(0), D(0), D("1000.50"), D("1000.50"))
    assert tether.sellable == D("1000.50")
    assert (bitcoin.sellable, ether.spot_borrow, ether.sellable) == (D(0), D("0.06142"), D(0))


def test_open_orders(recorded: Path) -> None:
    first, second = (parse.order(Category.LINEAR, row) for row in rows(recorded, "orders_realtime"))
    assert first == Order(
        category=Category.LINEAR,
        symbol="ETHUSDT",
        order_id="open-order-1",
        order_link_id="client-open-1",
        status=OrderStatus.NEW,
        side=Side.BUY,
        qty=D("0.010"),
        filled_qty=D(0),
        avg_price=None,
        reject_reason="",
        cancel_type="",
        created_at=datetime(2025, 10, 25, 1, 31, 45, 606000, UTC),
    )
    assert not second.status.is_closed


def test_a_cancelled_order_of_the_history(recorded: Path) -> None:
    (order,) = (parse.order(Category.LINEAR, row) for row in rows(recorded, "orders_history"))
    assert (order.status, order.cancel_type, order.filled_qty) == (
        OrderStatus.CANCELLED,
        "CancelByUser",
        D(0),
    )
    assert order.status.is_closed


def test_executions(recorded: Path) -> None:
    first, second = (parse.execution(Category.LINEAR, row) for row in rows(recorded, "executions"))
    assert first == Execution(
        exec_id="e0cbe81d-0f18-5866-9415-cf319b5dab3b",
        category=Category.LINEAR,
        symbol="BTCUSDT",
        order_id="8c065341-7b52-4ca9-ac2c-37e31ac55c94",
        order_link_id="test-order-001",
        side=Side.BUY,
        price=D(50000),
        qty=D("0.100"),
        value=D(5000),
        fee=D("0.0150"),
        fee_currency="USDT",
        executed_at=datetime(2022, 12, 29, 2, 58, 42, 429000, UTC),
    )
    assert second is not None
    assert (second.qty, second.fee) == (D("0.5"), D("0.9"))


def test_fee_rates(recorded: Path) -> None:
    found = [parse.fee_rate(row) for row in rows(recorded, "fee_rate")]
    assert found[0] == FeeRate("BTCUSDT", D("0.0006"), D("0.0001"))
    assert found[2].taker == D("0.00075")


def test_a_read_only_key_that_never_expires(recorded: Path) -> None:
    answer = json.loads((recorded / "http_get_user_query_api.json").read_text())
    info = parse.key_info(answer["result"])
    assert (info.read_only, info.can_trade_spot, info.can_trade_futures) == (True, False, False)
    assert (info.can_withdraw, info.expires_at, info.unified) == (False, None, True)
    assert len(info.ips) == 3


def test_the_account_s_margin_mode_is_in_its_envelope(recorded: Path) -> None:
    answer = json.loads((recorded / "http_get_account_info.json").read_text())
    assert answer["retCode"] == 0
    assert answer["result"]["marginMode"] == "REGULAR_MARGIN"


def test_a_price_of_the_stream(recorded: Path) -> None:
    message = json.loads((recorded / "ws_ticker_linear.json").read_text())
    row = message["data"]
    ticker = parse.ticker(Category.LINEAR, row)
    assert ticker is not None
    assert ticker.mark == D(row["markPrice"])


def test_stream_rows_read_like_look_ups(recorded: Path) -> None:
    order = json.loads((recorded / "ws_account_order_filled.json").read_text())["data"][0]
    parsed = parse.order(Category.LINEAR, order)
    assert (parsed.status, parsed.filled_qty) == (OrderStatus.FILLED, D("0.100"))
    fill = json.loads((recorded / "ws_account_execution.json").read_text())["data"][0]
    execution = parse.execution(Category.LINEAR, fill)
    assert execution is not None
    assert (execution.qty, execution.fee_currency) == (D("0.5"), "")
