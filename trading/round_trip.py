"""What stepping aside saved or cost: the parts of it, and their sum. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.numbers import ZERO, plain
from exchange.types import Category, Side

Amounts = Mapping[str, Decimal]
"""By coin."""


@dataclass(slots=True)
class RoundTrip:
    """Sums by coin. A positive price effect or funding was saved; fees of both ways are paid."""

    price_effect: dict[str, Decimal] = field(default_factory=dict)
    fees: dict[str, Decimal] = field(default_factory=dict)
    funding: dict[str, Decimal] = field(default_factory=dict)

    @property
    def net(self) -> Amounts:
        """Positive: stepping aside saved. Coins in which nothing moved are left out."""
        coins = {*_moved(self.price_effect), *_moved(self.fees), *_moved(self.funding)}
        return {
            coin: self.price_effect.get(coin, ZERO)
            - self.fees.get(coin, ZERO)
            + self.funding.get(coin, ZERO)
            for coin in coins
        }

    def to_json(self) -> dict[str, dict[str, str]]:
        """As stored and shown: eight decimals, as text."""
        return {
            "price_effect": _told(self.price_effect),
            "fees": _told(self.fees),
            "funding": _told({coin: self.funding[coin] for coin in _moved(self.funding)}),
            "net": _told(self.net),
        }


def add(into: dict[str, Decimal], coin: str, amount: Decimal) -> None:
    into[coin] = into.get(coin, ZERO) + amount


def money(amount: Decimal) -> Decimal:
    """To a satoshi: no coin is told finer."""
    return amount.quantize(Decimal("0.00000001"))


def price_effect(
    category: Category, side: Side, qty: Decimal, closed: Decimal, restored: Decimal
) -> Decimal:
    """What being out of `qty` between two prices saved, in the settle coin; negative: it cost."""
    direction = 1 if side is Side.BUY else -1
    if category is Category.INVERSE:
        return direction * qty * (1 / restored - 1 / closed)
    return direction * qty * (closed - restored)


def funding_effect(
    category: Category, side: Side, qty: Decimal, closed: Decimal, rates: Iterable[Decimal]
) -> Decimal:
    """What being out of `qty` saved of the settlements meanwhile, in the settle coin; negative: it
    would have been received. A long pays where the rate is positive, a short is paid.

    An estimate: the worth at each settlement is taken to be that at the closing.
    """
    direction = 1 if side is Side.BUY else -1
    worth = qty / closed if category is Category.INVERSE else qty * closed
    return direction * worth * sum(rates, ZERO)


def _moved(amounts: Amounts) -> list[str]:
    return [coin for coin, amount in amounts.items() if amount]


def _told(amounts: Amounts) -> dict[str, str]:
    return {coin: plain(money(amounts[coin])) for coin in sorted(amounts)}
