"""An order request in the exchange's words (reference §3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.numbers import plain
from exchange.types import OrderRequest, Side


def order_parameters(order: OrderRequest, slippage_percent: Decimal | None) -> dict[str, Any]:
    """The body of one order, without its category.

    A market order is bounded by the exchange's own slippage tolerance; a limit order is IOC, so
    what does not fill at once does not stay. Spot quantities are always in base coin.
    """
    body: dict[str, Any] = {
        "symbol": order.symbol,
        "side": order.side.value,
        "qty": plain(order.qty),
        "orderLinkId": order.order_link_id,
    }
    if order.limit_price is None:
        body["orderType"] = "Market"
        if slippage_percent:
            body["slippageToleranceType"] = "Percent"
            body["slippageTolerance"] = plain(slippage_percent)
    else:
        body |= {
            "orderType": "Limit",
            "price": plain(order.limit_price),
            "timeInForce": "IOC",
        }
    if order.category.is_derivative:
        body["positionIdx"] = order.position_idx
        body["reduceOnly"] = order.reduce_only
    elif order.side is Side.BUY and order.limit_price is None:
        body["marketUnit"] = "baseCoin"
    return body
