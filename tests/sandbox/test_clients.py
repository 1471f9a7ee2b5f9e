"""Clients that nobody here wrote, unpatched, pointed at the sandbox: pybit and ccxt."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import ccxt
import pytest
from pybit.exceptions import InvalidRequestError
from pybit.unified_trading import HTTP

BOOK = [
    {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.5"},
    {"category": "inverse", "symbol": "BTCUSD", "side": "Sell", "size": "300"},
]
BALANCES = {"USDT": "50000", "ETH": "2"}


@pytest.fixture
def keys(make_account: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return make_account(balances=BALANCES, positions=BOOK)


@pytest.fixture
def pybit(keys: dict[str, Any], sandbox_url: str) -> HTTP:
    client = HTTP(api_key=keys["api_key"], api_secret=keys["api_secret"])
    client.endpoint = sandbox_url
    return client


@pytest.fixture
def bybit(keys: dict[str, Any], sandbox_url: str) -> Any:
    client = ccxt.bybit({"apiKey": keys["api_key"], "secret": keys["api_secret"]})
    client.urls["api"] = dict.fromkeys(client.urls["api"], sandbox_url)
    # ccxt loads option markets by default; the sandbox lists none.
    client.options["fetchMarkets"] = {"types": ["spot", "linear", "inverse"]}
    yield client
    client.session.close()


def test_pybit_reads_balances_positions_and_instruments(pybit: HTTP) -> None:
    wallet = pybit.get_wallet_balance(accountType="UNIFIED")["result"]["list"][0]
    assert {coin["coin"] for coin in wallet["coin"]} >= set(BALANCES)
    linear = pybit.get_positions(category="linear", settleCoin="USDT")["result"]["list"]
    assert [(row["symbol"], row["size"]) for row in linear] == [("BTCUSDT", "0.5")]
    inverse = pybit.get_positions(category="inverse")["result"]["list"]
    assert inverse[0]["side"] == "Sell"
    counts = {
        category: len(pybit.get_instruments_info(category=category)["result"]["list"])
        for category in ("linear", "inverse", "spot")
    }
    assert counts["linear"] >= 60
    assert counts["inverse"] >= 5
    assert counts["spot"] >= 30


def test_pybit_places_looks_up_and_cancels(pybit: HTTP) -> None:
    link = uuid.uuid4().hex
    order = {"category": "linear", "symbol": "BTCUSDT", "side": "Sell", "qty": "0.1"}
    placed = pybit.place_order(
        **order, orderType="Market", reduceOnly=True, positionIdx=0, orderLinkId=link
    )
    found = pybit.get_open_orders(category="linear", symbol="BTCUSDT", orderLinkId=link)
    assert found["result"]["list"][0]["orderStatus"] == "Filled"
    fills = pybit.get_executions(category="linear", orderId=placed["result"]["orderId"])
    assert fills["result"]["list"][0]["execQty"] == "0.1"
    resting = pybit.place_order(**order, orderType="Limit", price="90000", positionIdx=0)
    identity = resting["result"]["orderId"]
    pybit.cancel_order(category="linear", symbol="BTCUSDT", orderId=identity)
    history = pybit.get_order_history(category="linear", orderId=identity)
    assert history["result"]["list"][0]["orderStatus"] == "Cancelled"


def refusal(call: Callable[..., Any], **body: Any) -> int:
    with pytest.raises(InvalidRequestError) as refused:
        call(**body)
    return int(refused.value.status_code)


def test_pybit_is_refused_as_the_exchange_refuses(pybit: HTTP) -> None:
    linear = {"category": "linear", "symbol": "BTCUSDT", "orderType": "Market", "positionIdx": 0}
    spot = {"category": "spot", "symbol": "ETHUSDT", "orderType": "Market"}
    place = pybit.place_order
    assert refusal(place, **linear, side="Buy", qty="0.0005") == 10001
    assert refusal(place, **linear, side="Buy", qty="1000") == 10001
    assert refusal(place, **linear, side="Buy", qty="100") == 110007
    assert refusal(place, **linear, side="Buy", qty="0.1", reduceOnly=True) == 110017
    assert refusal(place, **{**linear, "positionIdx": 1}, side="Buy", qty="0.1") == 10001
    assert refusal(place, **{**linear, "symbol": "DOGEUSDT"}, side="Buy", qty="1") == 110094
    assert refusal(place, **spot, side="Sell", qty="5") == 170131
    assert refusal(place, **spot, side="Sell", qty="0.0000001") == 170137
    assert refusal(place, **spot, side="Sell", qty="0.001") == 170140
    assert refusal(place, **{**spot, "symbol": "NOPEUSDT"}, side="Sell", qty="1") == 170121
    link = uuid.uuid4().hex
    place(**spot, side="Sell", qty="0.01", orderLinkId=link)
    assert refusal(place, **spot, side="Sell", qty="0.01", orderLinkId=link) == 170141
    place(**linear, side="Buy", qty="0.01", orderLinkId=f"{link}x")
    assert refusal(place, **linear, side="Buy", qty="0.01", orderLinkId=f"{link}x") == 110072
    assert refusal(pybit.cancel_order, category="linear", symbol="BTCUSDT", orderId="x") == 110001
    assert refusal(pybit.get_positions, category="linear") == 10001


def test_pybit_switches_modes_of_an_empty_account(
    make_account: Callable[..., dict[str, Any]], sandbox_url: str
) -> None:
    keys = make_account(balances=BALANCES)
    client = HTTP(api_key=keys["api_key"], api_secret=keys["api_secret"])
    client.endpoint = sandbox_url
    client.switch_position_mode(category="linear", coin="USDT", mode=3)
    client.place_order(
        category="linear",
        symbol="SOLUSDT",
        side="Sell",
        orderType="Market",
        qty="3",
        positionIdx=2,
    )
    client.place_order(
        category="linear",
        symbol="SOLUSDT",
        side="Buy",
        orderType="Market",
        qty="1",
        positionIdx=2,
        reduceOnly=True,
    )
    rows = client.get_positions(category="linear", symbol="SOLUSDT")["result"]["list"]
    assert [(row["positionIdx"], row["size"]) for row in rows] == [(1, "0"), (2, "2")]
    assert refusal(client.switch_position_mode, category="linear", coin="USDT", mode=0) == 110024


def test_ccxt_reads_balances_positions_and_instruments(bybit: Any) -> None:
    markets = bybit.load_markets()
    assert len([m for m in markets.values() if m["linear"]]) >= 60
    assert bybit.fetch_balance()["ETH"]["total"] == 2
    positions = {p["symbol"]: p for p in bybit.fetch_positions()}
    assert positions["BTC/USDT:USDT"]["contracts"] == 0.5
    assert positions["BTC/USDT:USDT"]["side"] == "long"


def test_ccxt_places_looks_up_and_cancels(bybit: Any) -> None:
    bybit.load_markets()
    symbol = "BTC/USDT:USDT"
    placed = bybit.create_order(symbol, "limit", "buy", 0.1, 30000)
    assert bybit.fetch_open_order(placed["id"], symbol)["status"] == "open"
    bybit.cancel_order(placed["id"], symbol)
    assert bybit.fetch_closed_order(placed["id"], symbol)["status"] == "canceled"
    sold = bybit.create_order("ETH/USDT", "market", "sell", 0.5)
    assert bybit.fetch_closed_order(sold["id"], "ETH/USDT")["filled"] == 0.5
    with pytest.raises(ccxt.InsufficientFunds):
        bybit.create_order("ETH/USDT", "market", "sell", 50)
