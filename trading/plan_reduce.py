"""Plan a reduce: a pure function of the book and the request (design §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.numbers import HUNDRED, ZERO, floor_to_step
from exchange.types import Instrument
from models.states import JobKind
from trading.plans import Book, BookPosition, Plan, PlannedLeg, Preset
from trading.quantities import (
    by_worth,
    fee_of,
    most_per_order,
    percent_of,
    share,
    smallest_order,
    too_small,
    unit_worth,
)
from trading.reasons import Reason
from trading.requests import ReduceRequest
from trading.scope import in_scope

PRESETS = (Decimal(25), Decimal(50), Decimal(75), HUNDRED)


def plan_reduce(book: Book, request: ReduceRequest) -> Plan:
    """Every position in scope as a leg, skipped ones with their reason.

    Raises UnknownSymbols if the scope names what is not traded.
    """
    touched = in_scope(book, request.scope)
    legs = _legs(book, touched, request)
    return Plan(
        kind=JobKind.REDUCE,
        market_type=book.market_type,
        percent=request.percent,
        effective_percent=_effective(legs),
        legs=by_worth(legs),
        as_of=book.as_of,
        presets=tuple(_preset(book, touched, request, percent) for percent in PRESETS),
    )


Touched = Sequence[tuple[BookPosition, Decimal]]


def _legs(book: Book, touched: Touched, request: ReduceRequest) -> list[PlannedLeg]:
    return [_leg(book, position, touchable, request) for position, touchable in touched]


def _preset(book: Book, touched: Touched, request: ReduceRequest, percent: Decimal) -> Preset:
    legs = _legs(book, touched, replace(request, percent=percent))
    return Preset(percent, any(leg.is_sendable for leg in legs), _effective(legs))


def _effective(legs: Sequence[PlannedLeg]) -> Decimal:
    """What all sent legs come to, weighted by worth, of everything in scope."""
    worth = sum((leg.size_now * unit_worth(leg.category, leg.price) for leg in legs), ZERO)
    sent = sum((leg.notional for leg in legs if leg.is_sendable), ZERO)
    return percent_of(sent, worth)


def _leg(
    book: Book, position: BookPosition, touchable: Decimal, request: ReduceRequest
) -> PlannedLeg:
    market = (position.category, position.symbol)
    rules = book.instruments.get(market)
    price = book.prices.get(market, position.mark_price)
    if rules is None:
        return _skipped(position, price, Reason.INSTRUMENT_GONE)
    if not rules.trading:
        # Said before any complaint about the quantity: no other percentage would help.
        return _skipped(position, price, Reason.MARKET_CLOSED, rules)
    qty, reason = _quantity(rules, position, touchable, price, request)
    if reason is not None:
        return _skipped(position, price, reason, rules)
    notional = rules.notional(qty, price)
    return replace(
        _skipped(position, price, None, rules),
        size_after=position.size - qty,
        qty=qty,
        owed_qty=qty,
        max_order_qty=most_per_order(rules, limit=False),
        notional=notional,
        fee_estimate=fee_of(notional, book.taker_fees.get(market, ZERO)),
        effective_percent=percent_of(qty, position.size),
    )


def _quantity(
    rules: Instrument,
    position: BookPosition,
    touchable: Decimal,
    price: Decimal,
    request: ReduceRequest,
) -> tuple[Decimal, Reason | None]:
    """The quantity to close, or why there is none."""
    whole = request.percent == HUNDRED and touchable == position.size
    if whole and position.category.is_derivative:
        # Reduce-only, all of it: the exchange takes that below its minimums, dust included.
        return position.size, None
    if touchable <= 0:
        return ZERO, Reason.EXEMPT
    if price <= 0:
        return ZERO, Reason.PRICE_UNKNOWN
    most = floor_to_step(touchable, rules.lot_step)
    qty = min(share(position.size, request.percent, rules.lot_step), most)
    reason = too_small(rules, qty, price)
    if reason is not None and request.round_up:
        smallest = smallest_order(rules, price)
        if smallest <= most:
            return smallest, None
    return (ZERO, reason) if reason else (qty, None)


def _skipped(
    position: BookPosition, price: Decimal, reason: Reason | None, rules: Instrument | None = None
) -> PlannedLeg:
    return PlannedLeg(
        category=position.category,
        symbol=position.symbol,
        position_side=position.side,
        side=position.side.opposite,
        position_idx=position.position_idx,
        reduce_only=position.category.is_derivative,
        size_now=position.size,
        size_after=position.size,
        qty=ZERO,
        owed_qty=ZERO,
        max_order_qty=ZERO,
        price=price,
        notional=ZERO,
        fee_estimate=ZERO,
        effective_percent=ZERO,
        reason=reason,
        leverage=position.leverage,
        take_profit=position.take_profit,
        stop_loss=position.stop_loss,
        settle_coin=rules.settle_coin if rules else "",
    )
