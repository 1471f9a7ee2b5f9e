"""The sandbox's answers have the recorded fields, with the recorded types."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pybit.unified_trading import HTTP

# Fields of the recordings that the documentation does not list for the endpoint; a real answer
# differs by account type, and nobody may rely on them.
ODD = {
    "result.permissions.FiatP2P",
    "result.permissions.FiatBybitPay",
    "result.permissions.FiatConvertBroker",
    "result.permissions.FiatGlobalPay",
    "result.permissions.FiatBitPay",
    "result.permissions.BitCard",
    "result.permissions.ByXPost",
}


@pytest.fixture
def client(make_account: Callable[..., dict[str, Any]], sandbox_url: str) -> HTTP:
    book = [
        {"category": "linear", "symbol": symbol, "side": "Buy", "size": "1", "take_profit": "99000"}
        for symbol in ("BTCUSDT", "ETHUSDT")
    ]
    keys = make_account(balances={"USDT": "90000", "BTC": "1"}, positions=book)
    made = HTTP(api_key=keys["api_key"], api_secret=keys["api_secret"])
    made.endpoint = sandbox_url
    common = {"category": "linear", "symbol": "ETHUSDT", "side": "Buy", "positionIdx": 0}
    made.place_order(**common, orderType="Limit", qty="0.1", price="100")
    made.place_order(**common, orderType="Market", qty="0.1")
    return made


CALLS: dict[str, Callable[[HTTP], Any]] = {
    "account_info": lambda c: c.get_account_info(),
    "executions": lambda c: c.get_executions(category="linear"),
    "fee_rate": lambda c: c.get_fee_rates(category="linear"),
    "instruments_inverse": lambda c: c.get_instruments_info(category="inverse"),
    "instruments_linear": lambda c: c.get_instruments_info(category="linear"),
    "instruments_spot": lambda c: c.get_instruments_info(category="spot"),
    "orders_history": lambda c: c.get_order_history(category="linear"),
    "orders_realtime": lambda c: c.get_open_orders(category="linear", settleCoin="USDT"),
    "positions": lambda c: c.get_positions(category="linear", settleCoin="USDT"),
    "user_query_api": lambda c: c.get_api_key_information(),
    "wallet_balance": lambda c: c.get_wallet_balance(accountType="UNIFIED"),
}


def shape(value: Any, path: str = "") -> dict[str, set[str]]:
    """Path → JSON types seen there; rows of a list count as one."""
    found: dict[str, set[str]] = {}
    if isinstance(value, dict):
        for key, item in value.items():
            for inner, types in shape(item, f"{path}.{key}".lstrip(".")).items():
                found.setdefault(inner, set()).update(types)
    elif isinstance(value, list):
        found[path] = {"list"}
        for item in value:
            for inner, types in shape(item, f"{path}[]").items():
                found.setdefault(inner, set()).update(types)
    else:
        found[path] = {type(value).__name__}
    return found


def test_every_recorded_look_up_is_compared(recorded: Path) -> None:
    names = {file.stem.removeprefix("http_get_") for file in recorded.glob("http_get_*.json")}
    assert names == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_an_answer_has_the_recorded_fields_and_types(
    name: str, client: HTTP, recorded: Path
) -> None:
    real = shape(json.loads((recorded / f"http_get_{name}.json").read_text()))
    ours = shape(CALLS[name](client))
    for path, types in real.items():
        if path in ODD or path.startswith(tuple(f"{odd}[]" for odd in ODD)):
            continue
        if path.endswith("[]") and path not in ours:
            continue  # A list that happens to be empty here.
        assert path in ours, f"{path} is missing"
        known = types - {"NoneType"}
        assert not known or ours[path] <= known | {"NoneType"}, f"{path}: {ours[path]} not {types}"
