"""Plan a restore: a pure function of what is owed, the book and the request (design §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.numbers import BPS, HUNDRED, ZERO, ceil_to_step, floor_to_step, quotient
from exchange.types import Instrument, Side
from models.states import JobKind
from trading.plans import Book, BookPosition, Market, Owed, Plan, PlannedLeg
from trading.quantities import (
    by_worth,
    fee_of,
    most_per_order,
    percent_of,
    share,
    too_small,
    unit_worth,
)
from trading.reasons import Reason
from trading.requests import PriceGuard, RestoreRequest


def plan_restore(owed: Sequence[Owed], book: Book, request: RestoreRequest) -> Plan:
    """One leg for each snapshot, biggest worth first, newer before older where equal."""
    newest_first = sorted(owed, key=lambda item: (item.created_at, item.snapshot_id), reverse=True)
    legs = _without_netting([_leg(item, book, request) for item in newest_first])
    worth = sum((o.remainder * unit_worth(o.category, o.closed_price) for o in owed), ZERO)
    given = sum(
        (
            leg.owed_qty * unit_worth(item.category, item.closed_price)
            for leg, item in zip(legs, newest_first, strict=True)
            if leg.is_sendable
        ),
        ZERO,
    )
    return Plan(
        kind=JobKind.RESTORE,
        market_type=book.market_type,
        percent=request.percent,
        effective_percent=percent_of(given, worth),
        legs=by_worth(legs),
        as_of=book.as_of,
    )


def _without_netting(newest_first: Sequence[PlannedLeg]) -> list[PlannedLeg]:
    """In one-way mode a long and a short of one symbol would net against each other instead of
    both coming back, so the newest one's direction comes back and the other stays owed."""
    sides: dict[Market, Side] = {}
    legs = []
    for leg in newest_first:
        one_way = leg.position_idx == 0 and leg.is_sendable
        if one_way and sides.setdefault((leg.category, leg.symbol), leg.side) is not leg.side:
            legs.append(_skipped(leg, Reason.OPPOSITE_POSITION))
        else:
            legs.append(leg)
    return legs


def _skipped(leg: PlannedLeg, reason: Reason) -> PlannedLeg:
    return replace(
        leg,
        size_after=leg.size_now,
        qty=ZERO,
        owed_qty=ZERO,
        max_order_qty=ZERO,
        notional=ZERO,
        fee_estimate=ZERO,
        effective_percent=ZERO,
        limit_price=None,
        take_profit=None,
        stop_loss=None,
        reason=reason,
    )


def _leg(owed: Owed, book: Book, request: RestoreRequest) -> PlannedLeg:
    market = (owed.category, owed.symbol)
    rules = book.instruments.get(market)
    mark = book.prices.get(market)
    current, mode_changed = _current(owed, book)
    blank = _blank(owed, rules, mark, current.size if current else ZERO)
    if rules is None:
        return replace(blank, reason=Reason.INSTRUMENT_GONE)
    if mode_changed:
        return replace(blank, reason=Reason.POSITION_MODE_CHANGED)
    if current is not None and current.side is not owed.side:
        # In one-way mode an order back would net against what was opened meanwhile.
        return replace(blank, size_now=ZERO, size_after=ZERO, reason=Reason.OPPOSITE_POSITION)
    if mark is None:
        return replace(blank, reason=Reason.PRICE_UNKNOWN)
    if not rules.trading:
        return replace(blank, reason=Reason.MARKET_CLOSED)
    limit = _limit_price(owed, rules, request.price_guard)
    if limit is not None and limit <= 0:
        return replace(blank, reason=Reason.PRICE_OUT_OF_RANGE)
    taker = book.taker_fees.get(market, ZERO)
    owed_qty, qty = _quantities(owed, rules, request.percent, taker)
    # A buy may fill anywhere below its limit: the minimum must hold at the lower price.
    lowest = mark if limit is None else min(mark, limit)
    reason = too_small(rules, qty, lowest)
    if reason is not None:
        return replace(blank, reason=reason)
    notional = rules.notional(qty, mark)
    # A position that is gone lost its stops with it.
    is_gone = blank.size_now == 0
    return replace(
        blank,
        size_after=blank.size_now + owed_qty,
        qty=qty,
        owed_qty=owed_qty,
        max_order_qty=most_per_order(rules, limit=limit is not None),
        notional=notional,
        fee_estimate=fee_of(notional, taker),
        effective_percent=percent_of(owed_qty, owed.remainder),
        limit_price=limit,
        take_profit=owed.take_profit if is_gone else None,
        stop_loss=owed.stop_loss if is_gone else None,
    )


def _quantities(
    owed: Owed, rules: Instrument, percent: Decimal, taker: Decimal
) -> tuple[Decimal, Decimal]:
    """What is given back, and what is ordered for it.

    Futures: both the same, on the step. Spot: the fee is taken from the coins bought, so the
    order is larger, and what comes back is at least what is owed; the surplus is less than one
    lot step.
    """
    if owed.category.is_derivative:
        qty = share(owed.remainder, percent, rules.lot_step)
        return qty, qty
    whole = percent == HUNDRED
    back = owed.remainder if whole else share(owed.remainder, percent, rules.lot_step)
    return back, ceil_to_step(quotient(back, 1 - taker), rules.lot_step)


def _limit_price(owed: Owed, rules: Instrument, guard: PriceGuard | None) -> Decimal | None:
    """The worst price the guard allows, rounded to the tick towards the better side."""
    if guard is None or (guard.max_slippage_bps is None and not guard.better_only):
        return None
    slack = ZERO if guard.better_only else Decimal(guard.max_slippage_bps or 0) / BPS
    if owed.side is Side.BUY:
        return floor_to_step(owed.closed_price * (1 + slack), rules.tick_size)
    return ceil_to_step(owed.closed_price * (1 - slack), rules.tick_size)


def _current(owed: Owed, book: Book) -> tuple[BookPosition | None, bool]:
    """The position to restore into, if there is one, and whether the account's position mode is
    no longer the one the snapshot was taken in."""
    same = [p for p in book.positions if (p.category, p.symbol) == (owed.category, owed.symbol)]
    hedged_now = any(position.position_idx for position in same)
    one_way_now = any(position.position_idx == 0 for position in same)
    if same and ((owed.position_idx == 0 and hedged_now) or (owed.position_idx and one_way_now)):
        return None, True
    match = [position for position in same if position.position_idx == owed.position_idx]
    return (match[0] if match else None), False


def _blank(
    owed: Owed, rules: Instrument | None, mark: Decimal | None, size_now: Decimal
) -> PlannedLeg:
    return PlannedLeg(
        category=owed.category,
        symbol=owed.symbol,
        position_side=owed.side,
        side=owed.side,
        position_idx=owed.position_idx,
        reduce_only=False,
        size_now=size_now,
        size_after=size_now,
        qty=ZERO,
        owed_qty=ZERO,
        max_order_qty=ZERO,
        price=mark or owed.closed_price,
        notional=ZERO,
        fee_estimate=ZERO,
        effective_percent=ZERO,
        snapshot_id=owed.snapshot_id,
        leverage=owed.leverage,
        closed_price=owed.closed_price,
        settle_coin=rules.settle_coin if rules else "",
    )
