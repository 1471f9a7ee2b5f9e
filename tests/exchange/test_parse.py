"""Odd answers: absent values, unknown words, missing fields."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exchange import parse
from exchange.parse import MalformedAnswer
from exchange.types import Category, OrderStatus


@pytest.mark.parametrize("absent", [{}, {"x": ""}, {"x": None}])
def test_empty_means_absent(absent: dict[str, object]) -> None:
    assert parse.optional_number(absent, "x") is None
    assert parse.positive({"x": "0.00"}, "x") is None
    with pytest.raises(MalformedAnswer):
        parse.number(absent, "x")


@pytest.mark.parametrize("bad", ["abc", "NaN", "Infinity", "1,5"])
def test_what_is_no_number_makes_the_answer_unusable(bad: str) -> None:
    with pytest.raises(MalformedAnswer):
        parse.optional_number({"x": bad}, "x")


def test_a_missing_text_makes_the_answer_unusable() -> None:
    with pytest.raises(MalformedAnswer):
        parse.text({}, "symbol")


def test_an_unknown_status_concludes_nothing() -> None:
    row = {"orderStatus": "Wondrous", "symbol": "X", "orderId": "1", "side": "Buy", "qty": "1"}
    assert parse.order(Category.LINEAR, row).status is OrderStatus.NEW


def test_funding_is_no_fill() -> None:
    assert parse.execution(Category.LINEAR, {"execType": "Funding"}) is None


def test_a_fill_without_a_time_is_unusable() -> None:
    with pytest.raises(MalformedAnswer):
        parse.execution(Category.LINEAR, {"execType": "Trade"})


def test_a_symbol_without_a_price_yet_has_no_ticker() -> None:
    assert parse.ticker(Category.SPOT, {"symbol": "NEWUSDT", "lastPrice": ""}) is None


def test_a_key_with_an_unreadable_expiry_is_unusable() -> None:
    with pytest.raises(MalformedAnswer):
        parse.key_info({"expiredAt": "soon"})
    assert parse.key_info({}).expires_at is None


def test_a_borrowed_or_locked_coin_is_not_sellable() -> None:
    row = {"coin": "ETH", "walletBalance": "2", "locked": "0.5", "spotBorrow": "1"}
    assert parse.balance(row).sellable == Decimal("0.5")
