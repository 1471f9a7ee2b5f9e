"""What a job stores of a request plans exactly what the preview showed."""

from __future__ import annotations

import json

from hypothesis import given

from exchange.types import Side
from models.states import MarketType
from tests.trading.plan.wild_books import cases, debts, reduced
from tests.trading.plan_books import D
from trading.plan_reduce import plan_reduce
from trading.plan_restore import plan_restore
from trading.plans import Book, Owed
from trading.requests import (
    Exemption,
    ReduceRequest,
    RestoreRequest,
    Scope,
    reduce_from_json,
    restore_from_json,
    to_json,
)


@cases
@given(reduced())
def test_a_stored_reduce_plans_the_same(asked: tuple[Book, ReduceRequest]) -> None:
    held, request = asked
    again = reduce_from_json(json.loads(json.dumps(to_json(request))))
    assert plan_reduce(held, again) == plan_reduce(held, request)
    assert to_json(again) == to_json(request)


@cases
@given(debts())
def test_a_stored_restore_plans_the_same(debt: tuple[list[Owed], Book, RestoreRequest]) -> None:
    owed, held, request = debt
    again = restore_from_json(json.loads(json.dumps(to_json(request))))
    assert again == request
    assert plan_restore(owed, held, again) == plan_restore(owed, held, request)


def test_a_request_written_in_another_order_is_stored_the_same() -> None:
    one = Scope(
        symbols=("A", "B"),
        sides=(Side.BUY, Side.SELL),
        exempt=(Exemption("C"), Exemption("D", D(1))),
    )
    other = Scope(
        symbols=("B", "A"),
        sides=(Side.SELL, Side.BUY),
        exempt=(Exemption("D", D("1.0")), Exemption("C", D(3)), Exemption("C")),
    )
    first = to_json(ReduceRequest(MarketType.SPOT, D("25"), one))
    second = to_json(ReduceRequest(MarketType.SPOT, D("25.00"), other))
    assert first == second
    assert first["scope"]["exempt"] == [["C", None], ["D", "1"]]
