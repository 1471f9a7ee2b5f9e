"""Quantity rules that reduce and restore share. Pure; every rounding is stated here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from core.numbers import HUNDRED, ZERO, ceil_to_step, floor_to_step, percent_share, quotient
from exchange.types import Category, Instrument
from trading.plans import PlannedLeg
from trading.reasons import Reason

_TWO_PLACES = Decimal("0.01")


def share(size: Decimal, percent: Decimal, step: Decimal) -> Decimal:
    """`percent` of a size, rounded down to the lot step."""
    return floor_to_step(percent_share(size, percent), step)


def too_small(rules: Instrument, qty: Decimal, price: Decimal) -> Reason | None:
    """Why the exchange would not take an order of this quantity at this price, if so."""
    if qty <= 0:
        return Reason.BELOW_LOT_STEP
    if qty < rules.min_qty:
        return Reason.BELOW_MIN_QTY
    if rules.min_notional is not None and rules.notional(qty, price) < rules.min_notional:
        return Reason.BELOW_MIN_NOTIONAL
    return None


def smallest_order(rules: Instrument, price: Decimal) -> Decimal:
    """The smallest quantity on the step that meets both minimums at this price (price > 0)."""
    least = max(rules.min_qty, rules.lot_step)
    if rules.min_notional is not None:
        least = max(least, quotient(rules.min_notional, rules.notional(Decimal(1), price)))
    return ceil_to_step(least, rules.lot_step)


def most_per_order(rules: Instrument, *, limit: bool) -> Decimal:
    """The largest quantity one order may carry, on the step (never below one step)."""
    bound = rules.max_qty if limit else rules.max_market_qty
    return max(rules.lot_step, floor_to_step(bound, rules.lot_step))


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """`part` as a percentage of `whole`, two decimals, rounded down so that it never overstates;
    0 of nothing. Capped at 100."""
    if whole <= 0:
        return ZERO
    return min(HUNDRED, (part / whole * HUNDRED).quantize(_TWO_PLACES, ROUND_FLOOR))


def fee_of(notional: Decimal, taker: Decimal) -> Decimal:
    """The taker fee of a notional, in the same currency."""
    return notional * taker


def by_worth(legs: Iterable[PlannedLeg]) -> tuple[PlannedLeg, ...]:
    """Biggest notional first, skipped ones last: what matters most leaves the book first."""
    return tuple(
        sorted(
            legs,
            key=lambda leg: (
                not leg.is_sendable,
                -leg.notional,
                leg.symbol,
                leg.category,
                leg.position_idx,
            ),
        )
    )


def unit_worth(category: Category, price: Decimal) -> Decimal:
    """What one unit of quantity is worth in quote currency."""
    return Decimal(1) if category is Category.INVERSE else price
