"""Placing and taking back orders: one verdict for each order, nothing repeated by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exchange.classify import ALREADY_THERE, verdict_of_code, verdict_of_error
from exchange.line import Line
from exchange.orders import order_parameters
from exchange.outcomes import (
    Acknowledged,
    AlreadyThere,
    ExchangeError,
    Unknown,
    Verdict,
)
from exchange.pacing import Wave
from exchange.session import Answer
from exchange.types import Category, ExchangeEnvironment, OrderRequest
from exchange.windows import Taken


class Placing:
    """The part of a gateway that writes orders. `stamp` is `stamp()`'s value from before the
    lease was checked: the exchange refuses what leaves later than `recv_window` after it."""

    _line: Line

    def stamp(self) -> int:
        """Now, by the exchange's clock, in milliseconds."""
        return self._line.stamp()

    def batch_size(self, category: Category) -> int:
        """How many orders one call carries; the demo exchange batches linear only."""
        if self._line.environment is ExchangeEnvironment.DEMO and category is not Category.LINEAR:
            return 1
        if category is Category.SPOT:
            return self._line.options.batch_size_spot
        return self._line.options.batch_size_derivatives

    def wave(self, wanted: Mapping[Category, int]) -> Wave:
        """Tokens for as many orders as the limits let leave now. Raises Busy while banned."""
        sizes = {category: self.batch_size(category) for category in wanted}
        return self._line.pacer.orders(self._line.account, wanted, sizes)

    def place(self, order: OrderRequest, *, taken: Taken, stamp: int) -> Verdict:
        """Place one order."""
        parameters = order_parameters(order, self._line.options.slippage_tolerance_percent)
        try:
            answer = self._line.order(
                "place_order", taken, stamp, category=order.category.value, **parameters
            )
        except ExchangeError as error:
            return _order_verdict(error)
        order_id = answer.result.get("orderId")
        return Acknowledged(order_id) if order_id else Unknown(0, "an answer without an order id")

    def place_batch(
        self, category: Category, orders: Sequence[OrderRequest], *, taken: Taken, stamp: int
    ) -> list[Verdict]:
        """Place up to `batch_size` orders of one category; verdicts in the order given.

        Raises ValueError for more, or for an order of another category.
        """
        if len(orders) > self.batch_size(category):
            raise ValueError(f"at most {self.batch_size(category)} orders of {category} at once")
        if any(order.category is not category for order in orders):
            raise ValueError("a batch holds orders of one category")
        slippage = self._line.options.slippage_tolerance_percent
        request = [order_parameters(order, slippage) for order in orders]
        try:
            answer = self._line.order(
                "place_batch_order", taken, stamp, category=category.value, request=request
            )
        except ExchangeError as error:
            return [_order_verdict(error) for _ in orders]
        return _batch_verdicts(answer, orders)

    def cancel(self, category: Category, symbol: str, order_link_id: str) -> None:
        """Ask to cancel. Raises Refused if there is nothing to cancel (any more)."""
        self._line.write(
            "cancel_order",
            self.stamp(),
            category=category.value,
            symbol=symbol,
            orderLinkId=order_link_id,
        )


def _order_verdict(error: ExchangeError) -> Verdict:
    """A refusal for a duplicate id comes as a refusal too, but means "it is there"."""
    if error.code in ALREADY_THERE:
        return AlreadyThere(error.code)
    return verdict_of_error(error)


def _batch_verdicts(answer: Answer, orders: Sequence[OrderRequest]) -> list[Verdict]:
    """Rows and codes stand in the order sent; an order that the answer leaves out is unknown."""
    rows = answer.result.get("list") or []
    extra = answer.body.get("retExtInfo")
    codes = (extra.get("list") if isinstance(extra, Mapping) else None) or []
    verdicts: list[Verdict] = []
    for index in range(len(orders)):
        row = rows[index] if index < len(rows) else {}
        outcome = codes[index] if index < len(codes) else None
        if outcome is None:
            verdicts.append(Unknown(0, "the batch answer leaves this order out"))
        elif int(outcome.get("code") or 0):
            message = str(outcome.get("msg") or "")
            verdicts.append(verdict_of_code(int(outcome["code"]), message, answer.headers))
        elif row.get("orderId"):
            verdicts.append(Acknowledged(str(row["orderId"])))
        else:
            verdicts.append(Unknown(0, "the batch answer gives this order no id"))
    return verdicts
