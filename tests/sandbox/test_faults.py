"""Every fault of the sandbox that a request can meet does what it says, and no more often.

(`disconnect_stream` is in test_streams.py.)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
import requests

from sandbox.bybit.faults import KINDS
from tests.sandbox.caller import Caller

Fault = Callable[..., None]
CREATE = "/v5/order/create"
INFO = "/v5/account/info"


@pytest.fixture
def fault(caller: Caller, control: Callable[..., Any]) -> Fault:
    """Orders a fault for this caller's account."""

    def add(kind: str, path: str = CREATE, **more: Any) -> None:
        match = {"api_key": caller.keys["api_key"], "path": path}
        control("POST", "faults", {"kind": kind, "match": match, **more})

    return add


def orders(caller: Caller) -> list[dict[str, Any]]:
    answer = caller.get("/v5/order/realtime", "category=linear&symbol=BTCUSDT").json()
    found: list[dict[str, Any]] = answer["result"]["list"]
    return found


def test_an_answer_is_dropped_after_the_order_was_taken(caller: Caller, fault: Fault) -> None:
    fault("accept_then_drop")
    with pytest.raises(requests.ConnectionError):
        caller.sell(orderLinkId="dropped-after")
    assert [order["orderLinkId"] for order in orders(caller)] == ["dropped-after"]


def test_a_request_is_dropped_before_the_order_was_taken(caller: Caller, fault: Fault) -> None:
    fault("drop_before")
    with pytest.raises(requests.ConnectionError):
        caller.sell()
    assert orders(caller) == []
    assert caller.sell()["retCode"] == 0


@pytest.mark.parametrize("kind", ["delay", "delay_after"])
def test_a_request_is_delayed(kind: str, caller: Caller, fault: Fault) -> None:
    fault(kind, ms=300)
    began = time.monotonic()
    assert caller.sell()["retCode"] == 0
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_an_http_status_executes_nothing(status: int, caller: Caller, fault: Fault) -> None:
    fault("http_status", INFO, code=status)
    assert caller.get(INFO).status_code == status
    assert caller.get(INFO).status_code == 200


def test_a_server_error_hides_that_the_order_was_taken(caller: Caller, fault: Fault) -> None:
    fault("accept_then_5xx")
    with pytest.raises(requests.JSONDecodeError):
        caller.sell()
    assert len(orders(caller)) == 1


@pytest.mark.parametrize("status", [403, 429])
def test_a_ban_is_for_all_calls_of_the_address_until_it_ends(status: int, own_sandbox: str) -> None:
    control = f"{own_sandbox}/_control"
    keys = [
        requests.post(f"{control}/accounts", json={"balances": {"USDT": "100"}}, timeout=5).json()
        for _ in range(2)
    ]
    caller, neighbour = (Caller(own_sandbox, one) for one in keys)
    order = {
        "kind": "ban",
        "match": {"api_key": keys[0]["api_key"], "path": INFO},
        "ms": 700,
        "code": status,
    }
    requests.post(f"{control}/faults", json=order, timeout=5)
    assert neighbour.get(INFO).status_code == 200
    began = time.monotonic()
    assert caller.get(INFO).status_code == status
    for call in (
        lambda: neighbour.get(INFO),
        lambda: caller.post(CREATE, {}),
        lambda: requests.get(f"{own_sandbox}/v5/market/time", timeout=5),
        lambda: requests.get(f"{own_sandbox}/v5/private", timeout=5),
    ):
        assert call().status_code == status
    while neighbour.get(INFO).status_code == status:
        assert time.monotonic() - began < 10
        time.sleep(0.05)
    assert time.monotonic() - began >= 0.7


def test_a_rate_refusal_says_in_its_headers_when_to_come_back(caller: Caller, fault: Fault) -> None:
    fault("ret_code", "/v5/order/realtime", code=10006, ms=400)
    now = time.time() * 1000
    answer = caller.get("/v5/order/realtime", "category=linear&symbol=BTCUSDT")
    assert answer.json()["retCode"] == 10006
    assert answer.headers["X-Bapi-Limit"] == "50"
    assert answer.headers["X-Bapi-Limit-Status"] == "0"
    assert now + 390 <= int(answer.headers["X-Bapi-Limit-Reset-Timestamp"]) <= now + 5400


def test_a_server_error_code_leaves_open_what_happened(caller: Caller, fault: Fault) -> None:
    fault("ret_code", code=10016)
    assert caller.sell()["retCode"] == 10016
    assert orders(caller) == []
    fault("accept_then_ret_code", code=10016)
    assert caller.sell()["retCode"] == 10016
    assert len(orders(caller)) == 1


def test_a_market_order_fills_in_part_and_loses_the_rest(caller: Caller, fault: Fault) -> None:
    fault("partial_fill", ratio="0.25")
    caller.sell(qty="0.4")
    (order,) = orders(caller)
    assert (order["orderStatus"], D(order["cumExecQty"])) == ("Cancelled", D("0.1"))


LIMIT = {"orderType": "Limit", "price": "1000", "qty": "0.4"}


@pytest.mark.parametrize(
    ("kind", "status", "filled", "left"),
    [
        ("partial_fill", "PartiallyFilled", "0.1", "0.3"),
        ("cancel_remainder", "Cancelled", "0.1", "0"),
        ("cancel_all", "Cancelled", "0", "0"),
    ],
)
def test_a_limit_order_that_could_wait_fills_in_part(
    kind: str, status: str, filled: str, left: str, caller: Caller, fault: Fault
) -> None:
    fault(kind, ratio="0.25")
    assert caller.sell(**LIMIT)["retCode"] == 0
    (order,) = orders(caller)
    assert order["orderStatus"] == status
    assert (order["cumExecQty"], order["leavesQty"]) == (filled, left)


def test_an_order_is_refused_with_the_code_asked_for(caller: Caller, fault: Fault) -> None:
    fault("reject", code=110007)
    assert caller.sell()["retCode"] == 110007
    assert orders(caller) == []


def test_hidden_orders_come_back_when_the_lag_is_over(caller: Caller, fault: Fault) -> None:
    caller.sell(orderLinkId="lagging-order")
    query = "category=linear&orderLinkId=lagging-order"
    fault("stale_reads", "/v5/order/realtime", ms=60_000)
    assert caller.get("/v5/order/realtime", query).json()["result"]["list"] == []
    assert len(caller.get("/v5/order/realtime", query).json()["result"]["list"]) == 1


def test_a_fault_counts_what_it_lets_pass_and_what_it_hits(caller: Caller, fault: Fault) -> None:
    fault("http_status", INFO, code=500, skip=1, count=2)
    assert [caller.get(INFO).status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_fault_is_lifted_alone(caller: Caller, control: Callable[..., Any]) -> None:
    match = {"api_key": caller.keys["api_key"], "path": INFO}
    first, second = (
        control(
            "POST", "faults", {"kind": "http_status", "match": match, "count": -1, "code": code}
        )
        for code in (503, 500)
    )
    assert caller.get(INFO).status_code == 503
    control("DELETE", f"faults/{first['id']}")
    assert caller.get(INFO).status_code == 500
    control("DELETE", f"faults/{second['id']}")
    assert caller.get(INFO).status_code == 200


def test_an_unknown_fault_is_explained(sandbox_url: str) -> None:
    wrong = requests.post(f"{sandbox_url}/_control/faults", json={"kind": "magic"}, timeout=5)
    assert wrong.status_code == 400
    assert all(kind in wrong.json()["error"] for kind in KINDS)
