"""Our record of a leg beside the exchange's: who tells what, and whether they agree. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.numbers import ZERO
from exchange.types import Category, Order
from trading.bookkeeping import average_price


class Verdict(StrEnum):
    """What a comparison came to. `nothing_sent` is said of a whole job only."""

    AGREES = "agrees"
    NOTHING_SENT = "nothing_sent"
    OUT_OF_REACH = "out_of_reach"
    DIFFERS = "differs"

    @property
    def is_agreement(self) -> bool:
        return self in (Verdict.AGREES, Verdict.NOTHING_SENT)


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution as either side tells it; equal only if every figure is."""

    exec_id: str
    qty: Decimal
    price: Decimal
    fee: Decimal
    coin: str


@dataclass(frozen=True, slots=True)
class OrderPair:
    """One attempt on both sides. `never_there`: we say that it never reached the exchange.
    `is_old`: the exchange may have forgotten it. `order` None: the exchange shows none."""

    ours: frozenset[Execution]
    theirs: frozenset[Execution]
    order: Order | None
    never_there: bool = False
    is_old: bool = False

    @property
    def qty_exchange(self) -> Decimal:
        """By the order or its executions, whichever tells more: one may lag behind."""
        told = self.order.filled_qty if self.order else ZERO
        return max(told, filled(self.theirs))

    def verdict(self) -> Verdict:
        if self.order is not None and (self.never_there or not self.order.status.is_closed):
            return Verdict.DIFFERS
        quantity_fits = self.order is None or self.order.filled_qty == filled(self.ours)
        if quantity_fits and self.ours == self.theirs:
            return Verdict.AGREES
        # An old record that has holes contradicts nothing.
        if self.is_old and quantity_fits and self.theirs < self.ours:
            return Verdict.OUT_OF_REACH
        return Verdict.DIFFERS


@dataclass(frozen=True, slots=True)
class LegPair:
    """A leg on both sides; `qty_shown` is what people were told was filled."""

    category: Category
    qty_shown: Decimal
    orders: Sequence[OrderPair]

    @property
    def qty_ours(self) -> Decimal:
        return filled(fill for pair in self.orders for fill in pair.ours)

    @property
    def qty_exchange(self) -> Decimal:
        return sum((pair.qty_exchange for pair in self.orders), ZERO)

    @property
    def avg_price_exchange(self) -> Decimal | None:
        return average_price(self.category, [(fill.qty, fill.price) for fill in self._theirs()])

    @property
    def fees_exchange(self) -> dict[str, Decimal]:
        """By coin; what costs nothing is left out."""
        fees: dict[str, Decimal] = {}
        for fill in self._theirs():
            fees[fill.coin] = fees.get(fill.coin, ZERO) + fill.fee
        return {coin: fees[coin] for coin in sorted(fees) if fees[coin]}

    def verdict(self) -> Verdict:
        if self.qty_shown != self.qty_ours:
            return Verdict.DIFFERS
        return worst(pair.verdict() for pair in self.orders)

    def _theirs(self) -> list[Execution]:
        return [fill for pair in self.orders for fill in pair.theirs]


def filled(fills: Iterable[Execution]) -> Decimal:
    """The quantity of some executions."""
    return sum((fill.qty for fill in fills), ZERO)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """One contradiction makes a contradiction; no verdicts agree."""
    found = set(verdicts)
    for verdict in (Verdict.DIFFERS, Verdict.OUT_OF_REACH):
        if verdict in found:
            return verdict
    return Verdict.AGREES
