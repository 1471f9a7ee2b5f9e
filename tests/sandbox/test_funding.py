"""Funding and liquidation as the exchange tells them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pybit.exceptions import InvalidRequestError
from pybit.unified_trading import HTTP

HOUR_MS = 3_600_000
NOON = 1_767_268_800_000  # 2026-01-01 12:00 UTC


@pytest.fixture
def client(sandbox_url: str) -> HTTP:
    made = HTTP()
    made.endpoint = sandbox_url
    return made


def history(client: HTTP, **query: Any) -> list[dict[str, str]]:
    answer = client.get_funding_rate_history(
        **{"category": "linear", "symbol": "BTCUSDT", "endTime": NOON, **query}
    )
    assert answer["result"]["category"] == query.get("category", "linear")
    rows: list[dict[str, str]] = answer["result"]["list"]
    return rows


def hours(rows: list[dict[str, str]]) -> list[int]:
    return [(NOON - int(row["fundingRateTimestamp"])) // HOUR_MS for row in rows]


def test_rates_are_settled_every_interval_of_the_day_newest_first(client: HTTP) -> None:
    assert hours(history(client, limit=3)) == [4, 12, 20]
    assert hours(history(client, symbol="WIFUSDT", limit=3)) == [0, 4, 8]
    assert hours(history(client, startTime=NOON - 12 * HOUR_MS)) == [4, 12]
    assert len(history(client)) == 200
    row = history(client, category="inverse", symbol="BTCUSD", limit=1)[0]
    assert set(row) == {"symbol", "fundingRate", "fundingRateTimestamp"}
    assert abs(Decimal(row["fundingRate"])) < Decimal("0.005")


def test_the_past_answers_the_same_again(client: HTTP) -> None:
    assert history(client, limit=20) == history(client, limit=20)
    assert len({row["fundingRate"] for row in history(client, limit=20)}) > 10


@pytest.mark.parametrize(
    "query",
    [
        {"category": "spot"},
        {"symbol": "NOPEUSDT"},
        {"startTime": NOON, "endTime": None},
        {"startTime": NOON, "endTime": NOON - 1},
        {"limit": 201},
    ],
)
def test_a_wrong_question_is_refused(client: HTTP, query: dict[str, Any]) -> None:
    asked = {"category": "linear", "symbol": "BTCUSDT", "endTime": NOON, **query}
    with pytest.raises(InvalidRequestError, match="10001"):
        client.get_funding_rate_history(
            **{name: value for name, value in asked.items() if value is not None}
        )


def test_a_position_is_liquidated_where_the_equity_meets_its_maintenance_margin(
    make_account: Callable[..., dict[str, Any]], sandbox_url: str
) -> None:
    def liquidated_at(balance: str, side: str) -> str:
        book = [{"category": "linear", "symbol": "ENSUSDT", "side": side, "size": "100"}]
        keys = make_account(balances={"USDT": balance}, positions=book)
        client = HTTP(api_key=keys["api_key"], api_secret=keys["api_secret"])
        client.endpoint = sandbox_url
        (row,) = client.get_positions(category="linear", symbol="ENSUSDT")["result"]["list"]
        price = Decimal(row["markPrice"])
        assert Decimal(row["positionIM"]) == price * 100 / 10
        told: str = row["liqPrice"]
        if told:
            # There the loss and half a percent of the worth are all that the account has.
            loss = abs(price - Decimal(told)) * 100
            left = Decimal(balance) - loss - Decimal(told) * 100 * Decimal("0.005")
            assert abs(left) < 1
        return told

    assert liquidated_at("400", "Buy") < liquidated_at("400", "Sell")
    assert liquidated_at("100000", "Buy") == ""
