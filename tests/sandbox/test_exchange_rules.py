"""Signature, clock, limits, faults and the books: right rather than kind."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import requests

from sandbox.bybit.account import Account
from sandbox.bybit.app import Exchange
from sandbox.bybit.engine import Engine
from sandbox.bybit.state import load, save
from tests.sandbox.caller import Caller

Make = Callable[..., dict[str, Any]]


def test_signature_clock_and_key_are_checked_in_that_spirit(caller: Caller) -> None:
    path, now = "/v5/account/info", int(time.time() * 1000)
    assert caller.get(path).json()["retCode"] == 0
    assert caller.get(path, **{"X-BAPI-SIGN": "0" * 64}).json()["retCode"] == 10004
    assert caller.get(path, stamp=str(now - 5100)).json()["retCode"] == 10002
    assert caller.get(path, stamp=str(now + 1500)).json()["retCode"] == 10002
    assert caller.get(path, stamp=str(now - 6000), window="9000").json()["retCode"] == 0
    assert caller.get(path, **{"X-BAPI-API-KEY": "nobody"}).json()["retCode"] == 10003
    assert caller.get("/v5/nothing").status_code == 404
    with_body = requests.get(f"{caller.url}{path}", data="{}", timeout=5)
    assert with_body.status_code == 403


def test_a_key_may_do_what_it_may_do(make_account: Make, sandbox_url: str) -> None:
    reader = Caller(sandbox_url, make_account(read_only=True))
    assert reader.get("/v5/account/info").json()["retCode"] == 0
    assert reader.sell()["retCode"] == 10005
    bound = Caller(sandbox_url, make_account(ips=["203.0.113.7"]))
    assert bound.get("/v5/account/info").json()["retCode"] == 10010
    foreign = Caller(sandbox_url, make_account(environment="mainnet"))
    assert foreign.get("/v5/account/info").json()["retCode"] == 10003


def test_limits_roll_by_the_second_and_say_so_in_headers(
    make_account: Make, sandbox_url: str
) -> None:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "5"}]
    keys = make_account(balances={"USDT": "1000"}, positions=book, limits="on")
    caller = Caller(sandbox_url, keys)
    orders = [
        {
            "symbol": "BTCUSDT",
            "side": "Sell",
            "orderType": "Market",
            "qty": "0.001",
            "positionIdx": 0,
        }
        | {"orderLinkId": f"limit-{number}"}
        for number in range(14)
    ]
    answer = caller.post("/v5/order/create-batch", {"category": "linear", "request": orders})
    codes = [row["code"] for row in answer.json()["retExtInfo"]["list"]]
    assert codes == [0] * 10 + [10006] * 4
    assert answer.headers["X-Bapi-Limit"] == "10"
    assert answer.headers["X-Bapi-Limit-Status"] == "0"
    reset = int(answer.headers["X-Bapi-Limit-Reset-Timestamp"]) - time.time() * 1000
    assert 0 < reset <= 1100
    # The single endpoint has a budget of its own.
    assert caller.sell()["retCode"] == 0


def test_the_whole_address_is_banned_above_its_limit(own_sandbox: str) -> None:
    requests.post(f"{own_sandbox}/_control/ip-limit", json={"requests": 20}, timeout=5)
    session = requests.Session()
    time_url = f"{own_sandbox}/v5/market/time"
    statuses = [session.get(time_url, timeout=5).status_code for _ in range(25)]
    session.close()
    assert statuses == [200] * 20 + [403] * 5
    requests.post(f"{own_sandbox}/_control/ip-limit", json={}, timeout=5)
    assert requests.get(time_url, timeout=5).status_code == 200


def test_a_restart_keeps_accounts_orders_and_ledger(tmp_path: Path) -> None:
    state = tmp_path / "state"

    def run(*calls: tuple[str, str, dict[str, Any]]) -> list[Any]:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.bybit", "--port", "0", "--state", str(state)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        answers = [
            requests.request(method, f"{url}/_control/{path}", json=body, timeout=5).json()
            for method, path, body in calls
        ]
        process.terminate()
        process.wait(10)
        process.stdout.close()
        return answers

    (first,) = run(("POST", "demo-book", {"telegram_id": 7}))
    again, ledger = run(("POST", "demo-book", {"telegram_id": 7}), ("GET", "ledger", {}))
    assert again == first
    assert len(ledger["items"]) > 30


def test_a_state_from_before_profits_were_kept_is_read(tmp_path: Path) -> None:
    engine, file = Engine(), tmp_path / "state"
    account = engine.accounts[1] = Account(1, "key", "secret", wallet={"USDT": D(1000)})
    order = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.001"}
    engine.place(account, "linear", order)
    save(engine, {}, file)
    old = pickle.loads(file.read_bytes()) | {"format": 1}
    (placed,) = old["accounts"][1].orders.values()
    (done,) = old["accounts"][1].executions
    del placed.closed_pnl, done.pnl, old["accounts"][1].rsa_public_key
    file.write_bytes(pickle.dumps(old))
    again = Engine()
    assert load(again, {}, file)
    (placed,) = again.accounts[1].orders.values()
    assert (placed.closed_pnl, again.accounts[1].executions[0].pnl) == (0, 0)
    assert again.accounts[1].rsa_public_key == ""


def test_a_stop_that_is_reached_closes_the_position(
    make_account: Make, control: Callable[..., Any]
) -> None:
    book = [
        {
            "category": "linear",
            "symbol": "IMXUSDT",
            "side": "Buy",
            "size": "100",
            "stop_loss": "1.4",
        }
    ]
    keys = make_account(balances={"USDT": "1000"}, positions=book)
    control("POST", "prices", {"linear": {"IMXUSDT": "1.35"}})
    state = control("GET", f"accounts/{keys['uid']}")
    assert state["positions"] == []
    assert state["orders"][0]["createType"] == "CreateByStopLoss"


def test_spot_pays_its_fee_in_what_it_receives(make_account: Make, sandbox_url: str) -> None:
    keys = make_account(balances={"USDT": "10000"})
    caller = Caller(sandbox_url, keys)
    body = {"category": "spot", "symbol": "ETHUSDT", "side": "Buy", "orderType": "Market"}
    caller.post("/v5/order/create", {**body, "qty": "1", "marketUnit": "baseCoin"})
    coins = caller.get("/v5/account/wallet-balance", "accountType=UNIFIED").json()
    balances = {c["coin"]: D(c["walletBalance"]) for c in coins["result"]["list"][0]["coin"]}
    assert balances["ETH"] == D("0.999")
    # Without a unit, a market buy names what it spends.
    caller.post("/v5/order/create", {**body, "qty": "100"})
    coins = caller.get("/v5/account/wallet-balance", "accountType=UNIFIED&coin=ETH").json()
    bought = D(coins["result"]["list"][0]["coin"][0]["walletBalance"]) - balances["ETH"]
    assert D("0.032") < bought < D("0.0323")


def test_the_control_api_explains_what_it_does_not_know(sandbox_url: str) -> None:
    wrong = requests.post(f"{sandbox_url}/_control/faults", json={"kind": "magic"}, timeout=5)
    assert wrong.status_code == 400
    assert "kind must be one of" in wrong.json()["error"]
    assert requests.get(f"{sandbox_url}/_control/nothing", timeout=5).status_code == 404
    assert requests.get(f"{sandbox_url}/_control/accounts/1", timeout=5).status_code == 400


def test_the_control_api_is_for_loopback_unless_told_otherwise() -> None:
    exchange = Exchange()
    assert exchange.may_control("127.0.0.1")
    assert exchange.may_control("::1")
    assert not exchange.may_control("172.18.0.4")
    assert not exchange.may_control("")
    exchange.control_from += ("172.16.0.0/12",)
    assert exchange.may_control("172.18.0.4")
