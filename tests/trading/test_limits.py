"""Books larger than a window of the exchange's limits, and an address that it shuts out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from core import clock
from exchange.types import Category
from models.jobs import Attempt, Leg
from models.states import JobState, MarketType
from tests import oracle
from tests.trading.conftest import Trader
from trading.desk import Desk
from trading.execute import execute

FUTURES = MarketType.FUTURES
MakeTrader = Callable[..., Trader]


def wide(make_trader: MakeTrader, count: int, **account: object) -> Trader:
    probe = make_trader(balances={"USDT": "1"})
    gateway = probe.desk.gateway(probe.account)
    prices = gateway.tickers(Category.LINEAR)
    symbols = [
        symbol
        for symbol, rules in sorted(gateway.instruments(Category.LINEAR).items())
        if symbol.endswith("USDT") and rules.trading and symbol in prices
    ][:count]
    assert len(symbols) == count
    positions = [
        {
            "category": "linear",
            "symbol": symbol,
            "side": "Buy",
            # Worth ever more, so that the order of the orders can be seen.
            "size": str(
                (Decimal(400 + 100 * number) / prices[symbol].last).quantize(Decimal(1)) or 1
            ),
        }
        for number, symbol in enumerate(symbols)
    ]
    return make_trader(balances={"USDT": "90000000"}, positions=positions, **account)


def test_a_big_book_fills_the_windows_and_never_overruns_them(make_trader: MakeTrader) -> None:
    trader = wide(make_trader, 45, limits="on")
    began = time.monotonic()
    view = trader.reduce(FUTURES, "50")
    took = time.monotonic() - began
    assert view.job.state is JobState.COMPLETED
    # Not once did the exchange have to say no.
    with trader.sessions() as session:
        attempts = list(session.scalars(select(Attempt).join(Leg).where(Leg.job_id == view.job.id)))
    assert {(attempt.sends, attempt.code) for attempt in attempts} == {(1, None)}
    # Twenty a second by both endpoints together: the third window opens after two seconds.
    assert took > 1.9
    entries = [e for e in trader.ledger() if e["type"] == "order"]
    windows = [e["time"] - entries[0]["time"] for e in entries]
    assert windows[20] > 950
    assert windows[40] > 1950
    worth = {item.leg.symbol: item.leg.notional for item in view.legs}
    first = {e["symbol"] for e in entries[:20]}
    assert first == set(sorted(worth, key=lambda symbol: worth[symbol])[-20:])
    with trader.sessions() as session:
        oracle.check(session, trader.account.id, trader.ledger())


def elsewhere(desk: Desk, name: str) -> Desk:
    """The same desk behind another address."""
    return Desk.from_settings(desk.settings.model_copy(update={"exit_address": name}))


def test_an_address_that_is_shut_out_is_silent_and_says_so(make_trader: MakeTrader) -> None:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    trader = make_trader(balances={"USDT": "90000"}, positions=book)
    banned = replace(trader, desk=elsewhere(trader.desk, uuid.uuid4().hex))
    trader.fault("http_status", "/v5/order/create", code=403)
    job = trader.accept_reduce(FUTURES, "50")
    execute(banned.desk, trader.sessions, job, owner="test")
    view = trader.view(job)
    assert (view.job.state, view.job.wait_reason) == (JobState.EXECUTING, "exchange_banned")
    assert view.job.wait_until is not None
    assert view.job.wait_until - clock.utcnow() > timedelta(minutes=9)
    # Another job of another account of the same address does not even knock.
    other = make_trader(balances={"USDT": "90000"}, positions=book)
    waiting = other.accept_reduce(FUTURES, "50")
    other.fault("drop_before", "", count=-1)
    execute(banned.desk, trader.sessions, waiting, owner="test")
    assert other.view(waiting).job.wait_reason == "exchange_banned"
    faults = other.control("GET", "faults")["items"]
    assert [f["hits"] for f in faults if f["match"].get("api_key") == other.api_key] == [0]


@pytest.mark.parametrize("path", ["/v5/order/create", "/v5/position/list"])
def test_a_refusal_for_the_limit_waits_for_its_reset(make_trader: MakeTrader, path: str) -> None:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    trader = make_trader(balances={"USDT": "90000"}, positions=book)
    trader.fault("ret_code", path, code=10006, ms=700)
    began = time.monotonic()
    view = trader.reduce(FUTURES, "50")
    assert view.job.state is JobState.COMPLETED
    assert time.monotonic() - began > 0.6
    assert sum(entry["type"] == "order" for entry in trader.ledger()) == 1
