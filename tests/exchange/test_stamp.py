"""A request carries the time that its caller gives: too late is refused by the exchange itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from exchange.gateway import Credentials, Gateway, GatewayOptions
from exchange.line import ExchangeClock
from exchange.outcomes import Acknowledged, AlreadyThere, Later, Verdict
from exchange.types import Category, ExchangeEnvironment, OrderRequest, Side

LINEAR = Category.LINEAR
BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "1"}]


@pytest.fixture
def keys(make_account: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return make_account(balances={"USDT": "100000"}, positions=BOOK)


@pytest.fixture
def gateway(keys: dict[str, Any], sandbox_url: str) -> Gateway:
    credentials = Credentials(keys["api_key"], keys["api_secret"])
    options = GatewayOptions(sandbox_url=sandbox_url, recv_window_ms=1000)
    return Gateway(credentials, ExchangeEnvironment.SANDBOX, options)


def order() -> OrderRequest:
    return OrderRequest(
        category=LINEAR,
        symbol="BTCUSDT",
        side=Side.SELL,
        qty=Decimal("0.1"),
        order_link_id=f"stamp-{uuid.uuid4().hex[:20]}",
        reduce_only=True,
        position_idx=0,
        limit_price=None,
    )


def place(gateway: Gateway, request: OrderRequest, stamp: int) -> Verdict:
    taken = gateway.wave({LINEAR: 1}).single[LINEAR]
    return gateway.place(request, taken=taken, stamp=stamp)


def test_an_order_signed_with_an_old_lease_check_is_refused(gateway: Gateway) -> None:
    request = order()
    late = place(gateway, request, gateway.stamp() - 1500)
    assert isinstance(late, Later)
    assert late.code == 10002
    assert gateway.find_order(LINEAR, "BTCUSDT", request.order_link_id) is None
    assert isinstance(place(gateway, request, gateway.stamp()), Acknowledged)
    assert isinstance(place(gateway, request, gateway.stamp()), AlreadyThere)


def test_a_clock_that_is_wrong_is_set_by_the_exchange_s(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.now_ms
    monkeypatch.setattr(clock, "now_ms", lambda: real() - 60_000)
    assert isinstance(place(gateway, order(), gateway.stamp()), Later)
    assert abs(gateway.stamp() - real()) < 1000
    assert isinstance(place(gateway, order(), gateway.stamp()), Acknowledged)
    assert gateway.balances()


def test_the_exchange_s_clock_is_asked_by_one_and_seldom() -> None:
    made = ExchangeClock()
    environment = ExchangeEnvironment.SANDBOX
    assert made.may_sync(environment)
    assert not made.may_sync(environment)
    made.set(environment, 5000)
    assert made.stamp(environment) - clock.now_ms() in range(4900, 5101)
