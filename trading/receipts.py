"""The receipt: a finished job told to a person, from what executions proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.numbers import ZERO, plain
from exchange.types import Category, Side
from models.fills import Fill, Snapshot
from models.jobs import Job, Leg
from models.states import JobKind, LegState
from trading.leg_totals import Orders, filled_by_leg, orders_by_leg
from trading.quantities import percent_of, unit_worth
from trading.round_trip import RoundTrip, add, price_effect


def build_receipt(session: Session, job: Job) -> dict[str, Any]:
    """The stored receipt (JSON, decimals as text). `notional_filled` in quote currency at the
    fill prices; `fees` by coin; `round_trip` for a restore only."""
    legs = session.scalars(select(Leg).where(Leg.job_id == job.id).order_by(Leg.seq)).all()
    states = Counter(leg.state for leg in legs)
    filled = sum((_quote_worth(leg) for leg in legs), ZERO)
    ack_ms, fill_ms = _slowest(session, job)
    return {
        "legs_filled": states[LegState.FILLED],
        "legs_partially_filled": states[LegState.PARTIALLY_FILLED],
        "legs_rejected": states[LegState.REJECTED],
        "legs_skipped": states[LegState.SKIPPED],
        "legs_cancelled": states[LegState.CANCELLED],
        "notional_filled": plain(filled.quantize(Decimal("0.01"))),
        "fees": {
            coin: plain(amount)
            for coin, amount in sorted(_fees(session, Fill.job_id == job.id).items())
        },
        "effective_percent": plain(_effective_percent(job.kind, legs)),
        "duration_ms": _duration_ms(session, job),
        "ack_ms": ack_ms,
        "fill_ms": fill_ms,
        "unprotected": sorted(leg.symbol for leg in legs if leg.protection == "failed"),
        "round_trip": round_trip(session, job, legs) if job.kind is JobKind.RESTORE else None,
    }


def _quote_worth(leg: Leg) -> Decimal:
    if not leg.qty_filled or leg.avg_price is None:
        return ZERO
    return leg.qty_filled if leg.category == Category.INVERSE else leg.qty_filled * leg.avg_price


def _fees(session: Session, of: ColumnElement[bool]) -> dict[str, Decimal]:
    """Fees of some fills by coin."""
    rows = session.execute(
        select(Fill.fee_currency, func.sum(Fill.fee)).where(of).group_by(Fill.fee_currency)
    )
    return {coin: amount for coin, amount in rows if amount}


def _effective_percent(kind: JobKind, legs: Sequence[Leg]) -> Decimal:
    """What was really filled, weighted by worth: of the positions' size before (reduce), of what
    was to be given back (restore)."""
    whole = filled = ZERO
    for leg in legs:
        unit = unit_worth(Category(leg.category), leg.price)
        whole += (leg.size_before if kind is JobKind.REDUCE else leg.qty_planned) * unit
        filled += leg.qty_filled * unit
    return percent_of(filled, whole)


def _duration_ms(session: Session, job: Job) -> int:
    end = job.finished_at or session.scalar(select(func.now()))
    return int((end - job.created_at).total_seconds() * 1000) if end else 0


def _slowest(session: Session, job: Job) -> tuple[int | None, int | None]:
    """Milliseconds from a leg's first sending to its first acknowledgement and to its last fill,
    of the slowest leg in each."""
    orders = orders_by_leg(session, job.id)
    filled = filled_by_leg(session, Fill.job_id == job.id)
    acks = [sent.ack_ms for sent in orders.values()]
    fills = [orders.get(leg_id, Orders()).ms_until(one.last_at) for leg_id, one in filled.items()]
    return (
        max((ms for ms in acks if ms is not None), default=None),
        max((ms for ms in fills if ms is not None), default=None),
    )


def round_trip(session: Session, job: Job, legs: Sequence[Leg]) -> dict[str, Any]:
    """What stepping aside saved (positive) or cost, by coin, before and after fees of both ways.

    For each restored leg: closed at c, back at r. A long saved (c - r) × qty, a short the
    opposite; an inverse contract's worth moves with 1/price, so there it is qty × (1/r - 1/c)
    in the base coin. The closing leg's fees count in the share of it that came back, and the
    funding estimated by the plan in the share of the plan that was filled. Funding that is not
    known of one leg is left out of all: half a sum would be taken for a whole.
    """
    trip = RoundTrip(fees=_fees(session, Fill.job_id == job.id))
    funding: dict[str, Decimal] = {}
    is_known = True
    for leg in legs:
        snapshot = session.get(Snapshot, leg.snapshot_id) if leg.snapshot_id else None
        if snapshot is None or not leg.qty_filled or leg.avg_price is None:
            continue
        back = min(leg.qty_filled, leg.owed_qty)
        saved = price_effect(
            Category(leg.category), Side(snapshot.side), back, snapshot.closed_price, leg.avg_price
        )
        add(trip.price_effect, leg.settle_coin, saved)
        share = back / snapshot.qty_closed
        for coin, amount in _fees(session, Fill.leg_id == snapshot.leg_id).items():
            add(trip.fees, coin, amount * share)
        if leg.funding is not None:
            add(funding, leg.settle_coin, leg.funding * back / leg.owed_qty)
        elif leg.category != Category.SPOT:
            is_known = False
    if is_known:
        trip.funding = funding
    return trip.to_json()
