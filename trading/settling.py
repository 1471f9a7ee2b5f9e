"""What follows a terminal attempt: another one for the remainder, or the leg's end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.numbers import ZERO
from exchange.types import Category, Order, OrderStatus
from models.states import AttemptState, LegState
from trading.reasons import Reason

MAX_EMPTY = 3
"""Attempts in a row without any fill after which a market has no liquidity for us."""


@dataclass(frozen=True, slots=True)
class LegFacts:
    """What the decision about a leg depends on; quantities in order units."""

    category: Category
    qty_planned: Decimal
    qty_filled: Decimal
    closes_position: bool
    min_qty: Decimal | None
    min_notional: Decimal | None
    price: Decimal
    has_price_guard: bool

    @property
    def remainder(self) -> Decimal:
        return self.qty_planned - self.qty_filled


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """The attempt that just ended; `empty_streak` counts it and the ones before it that ended
    without a fill."""

    n: int
    state: AttemptState
    qty: Decimal
    qty_filled: Decimal
    reason: str | None
    empty_streak: int


@dataclass(frozen=True, slots=True)
class Again:
    """Make attempt n + 1; wait `pause` seconds first."""

    pause: float


@dataclass(frozen=True, slots=True)
class End:
    """The leg is over."""

    state: LegState
    reason: str | None


def after_attempt(
    leg: LegFacts, attempt: AttemptFacts, *, cancelled: bool, max_attempts: int
) -> Again | End:
    """The next step of a leg whose last attempt is terminal at the exchange."""
    if leg.remainder <= 0:
        return End(LegState.FILLED, None)
    if attempt.state is AttemptState.REJECTED:
        return _stop(leg, attempt.reason or Reason.EXCHANGE_REFUSED)
    if cancelled:
        return _stop(leg, Reason.CANCELLED_BY_USER, LegState.CANCELLED)
    if attempt.state is AttemptState.NEVER_REACHED:
        return _stop(leg, Reason.NEVER_REACHED)
    if attempt.qty_filled < attempt.qty:
        if leg.has_price_guard:
            # The guard did its work: what is left stays restorable.
            return _stop(leg, Reason.PRICE_GUARD, LegState.CANCELLED)
        if attempt.reason == Reason.POSITION_GONE or attempt.empty_streak >= MAX_EMPTY:
            return _stop(leg, attempt.reason or Reason.NO_LIQUIDITY)
    too_small = _too_small(leg)
    if too_small is not None:
        return _stop(leg, too_small)
    if attempt.n >= max_attempts:
        return _stop(leg, Reason.ATTEMPTS_EXHAUSTED)
    return Again(pause=0.2 * 2**attempt.empty_streak if attempt.empty_streak else 0.0)


def _stop(leg: LegFacts, reason: str, empty: LegState = LegState.REJECTED) -> End:
    return End(LegState.PARTIALLY_FILLED if leg.qty_filled > 0 else empty, str(reason))


def _too_small(leg: LegFacts) -> Reason | None:
    """Why the exchange would not take an order for the remainder, if so. The closing order of a
    whole position is free of the minimums (design §5)."""
    if leg.closes_position:
        return None
    if leg.min_qty is not None and leg.remainder < leg.min_qty:
        return Reason.BELOW_MIN_QTY
    worth = leg.remainder if leg.category is Category.INVERSE else leg.remainder * leg.price
    if leg.min_notional is not None and worth < leg.min_notional:
        return Reason.BELOW_MIN_NOTIONAL
    return None


def attempt_end(order: Order, qty: Decimal, filled: Decimal) -> tuple[AttemptState, str | None]:
    """An attempt's terminal state and reason, from the closed order and its proven fills."""
    if filled >= qty:
        return AttemptState.FILLED, None
    reason = close_reason(order)
    if filled > ZERO:
        return AttemptState.PARTIALLY_FILLED, reason
    if order.status is OrderStatus.REJECTED:
        return AttemptState.REJECTED, reason
    return AttemptState.CANCELLED, reason


def close_reason(order: Order) -> str | None:
    """Our word for why the exchange closed an order short of its quantity (reference §3)."""
    if order.cancel_type == "CancelByReduceOnly":
        return Reason.POSITION_GONE
    if order.reject_reason in ("", "EC_NoError"):
        return None
    return {
        "EC_NoImmediateQtyToFill": Reason.NO_LIQUIDITY,
        "EC_CancelForNoFullFill": Reason.NO_LIQUIDITY,
        "EC_ReachMarketPriceLimit": Reason.PRICE_OUT_OF_RANGE,
        "EC_ReachRiskPriceLimit": Reason.PRICE_OUT_OF_RANGE,
    }.get(order.reject_reason, Reason.EXCHANGE_REFUSED)
