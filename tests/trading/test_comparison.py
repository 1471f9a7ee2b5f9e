"""Our record of an order beside the exchange's: the rare cases that no sandbox job comes to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from exchange.types import Category, Order, OrderStatus, Side
from trading.comparison import Execution, LegPair, OrderPair, Verdict, worst

FIRST = Execution("1", Decimal(2), Decimal(10), Decimal("0.1"), "USDT")
SECOND = Execution("2", Decimal(1), Decimal(40), Decimal("0.2"), "USDT")
BOTH = frozenset({FIRST, SECOND})
ORDER = Order(
    category=Category.LINEAR,
    symbol="BTCUSDT",
    order_id="x",
    order_link_id="ebb-x-1",
    status=OrderStatus.FILLED,
    side=Side.SELL,
    qty=Decimal(3),
    filled_qty=Decimal(3),
    avg_price=None,
    reject_reason="",
    cancel_type="",
    created_at=None,
)
SAME = OrderPair(ours=BOTH, theirs=BOTH, order=ORDER)


@pytest.mark.parametrize(
    ("pair", "verdict"),
    [
        (SAME, Verdict.AGREES),
        (replace(SAME, order=None), Verdict.AGREES),
        (replace(SAME, order=replace(ORDER, status=OrderStatus.NEW)), Verdict.DIFFERS),
        (replace(SAME, order=replace(ORDER, filled_qty=Decimal(4))), Verdict.DIFFERS),
        (replace(SAME, theirs=frozenset({FIRST})), Verdict.DIFFERS),
        (replace(SAME, theirs=frozenset({FIRST}), is_old=True), Verdict.OUT_OF_REACH),
        (replace(SAME, ours=frozenset({FIRST}), is_old=True), Verdict.DIFFERS),
        (
            OrderPair(
                frozenset(), frozenset(), replace(ORDER, filled_qty=Decimal(0)), never_there=True
            ),
            Verdict.DIFFERS,
        ),
        (OrderPair(frozenset(), frozenset(), None, never_there=True), Verdict.AGREES),
    ],
    ids=[
        "the same",
        "a list that forgot the order",
        "an order that rests",
        "an order that filled more",
        "an execution that is not theirs",
        "an old execution that is no longer shown",
        "an execution that is not ours",
        "an order where none should be",
        "none where none should be",
    ],
)
def test_an_order_on_both_sides(pair: OrderPair, verdict: Verdict) -> None:
    assert pair.verdict() is verdict


def test_a_leg_sums_its_orders_up() -> None:
    more = replace(SAME, order=replace(ORDER, filled_qty=Decimal(5)))
    leg = LegPair(Category.LINEAR, Decimal(6), [SAME, more])
    assert (leg.qty_ours, leg.qty_exchange) == (6, 8)
    assert leg.avg_price_exchange == 20
    assert leg.fees_exchange == {"USDT": Decimal("0.6")}
    assert leg.verdict() is Verdict.DIFFERS


def test_one_contradiction_is_a_contradiction() -> None:
    assert worst([Verdict.AGREES, Verdict.OUT_OF_REACH]) is Verdict.OUT_OF_REACH
    assert worst(list(Verdict)) is Verdict.DIFFERS
    assert worst([]) is Verdict.AGREES
