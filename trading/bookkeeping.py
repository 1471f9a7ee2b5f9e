"""Write down what executions prove: fills, and from them attempts, legs and snapshots.

All quantities are computed anew from the stored fills, for every order that was looked up at once:
doing it twice changes nothing.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.ids import new_id
from core.numbers import ZERO
from exchange.types import Category, Execution
from models.fills import Fill, Snapshot
from models.jobs import Attempt, Job, Leg
from models.states import JobKind


@dataclass(frozen=True, slots=True)
class Proof:
    """An attempt of a leg, with all executions that the exchange reports of it."""

    attempt: Attempt
    leg: Leg
    executions: Sequence[Execution]


def store_fills(session: Session, job: Job, proofs: Iterable[Proof]) -> None:
    """Add what is new (unique by execution id) and bring attempts, legs and snapshots in line."""
    told = [proof for proof in proofs if proof.executions]
    if not told:
        return
    rows = [_row(job, proof, one) for proof in told for one in proof.executions]
    session.execute(
        insert(Fill).values(rows).on_conflict_do_nothing(index_elements=["account_id", "exec_id"])
    )
    legs = {proof.leg.id: proof.leg for proof in told}
    # What changes here goes to the database once, with whatever else changes of the same rows.
    with session.no_autoflush:
        by_attempt, by_leg = _stored(session, legs)
        for proof in told:
            proof.attempt.qty_filled = by_attempt[proof.attempt.id]
        for leg in legs.values():
            stored = by_leg[leg.id]
            leg.qty_filled = sum((qty for qty, _ in stored), ZERO)
            leg.avg_price = average_price(Category(leg.category), stored)
        if job.kind is JobKind.REDUCE:
            _close(session, job, legs.values())
        else:
            _give_back(session, {leg.snapshot_id for leg in legs.values() if leg.snapshot_id})


def _row(job: Job, proof: Proof, execution: Execution) -> dict[str, object]:
    return {
        "id": new_id(),
        "account_id": job.account_id,
        "job_id": job.id,
        "leg_id": proof.leg.id,
        "attempt_id": proof.attempt.id,
        "exec_id": execution.exec_id,
        "price": execution.price,
        "qty": execution.qty,
        "value": execution.value,
        "fee": execution.fee,
        "fee_currency": execution.fee_currency or fee_coin(proof.leg),
        "executed_at": execution.executed_at,
    }


def _stored(
    session: Session, legs: Iterable[uuid.UUID]
) -> tuple[dict[uuid.UUID, Decimal], dict[uuid.UUID, list[tuple[Decimal, Decimal]]]]:
    """The filled quantity of each attempt, and (quantity, price) of each leg's fills."""
    by_attempt: dict[uuid.UUID, Decimal] = defaultdict(lambda: ZERO)
    by_leg: dict[uuid.UUID, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    fills = select(Fill.attempt_id, Fill.leg_id, Fill.qty, Fill.price)
    for attempt_id, leg_id, qty, price in session.execute(fills.where(Fill.leg_id.in_(legs))):
        by_attempt[attempt_id] += qty
        by_leg[leg_id].append((qty, price))
    return by_attempt, by_leg


def fee_coin(leg: Leg) -> str:
    """Where an answer names no fee currency: a spot buy pays in what it receives."""
    return leg.base_coin if leg.category == Category.SPOT and leg.side == "Buy" else leg.settle_coin


def average_price(category: Category, fills: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Of (quantity, price): weighted by quantity; inverse contracts by their worth in coins."""
    total = sum((qty for qty, _ in fills), ZERO)
    if not total:
        return None
    if category is Category.INVERSE:
        return total / sum((qty / price for qty, price in fills), ZERO)
    return sum((qty * price for qty, price in fills), ZERO) / total


def _close(session: Session, job: Job, legs: Iterable[Leg]) -> None:
    """What the legs closed so far becomes restorable; grows with their fills."""
    closed = [leg for leg in legs if leg.qty_filled]
    known = {
        snapshot.leg_id: snapshot
        for snapshot in session.scalars(
            select(Snapshot).where(Snapshot.leg_id.in_([leg.id for leg in closed]))
        )
    }
    for leg in closed:
        snapshot = known.get(leg.id)
        if snapshot is None:
            session.add(_snapshot(job, leg))
        elif leg.avg_price is not None:
            snapshot.qty_closed = leg.qty_filled
            snapshot.closed_price = leg.avg_price


def _snapshot(job: Job, leg: Leg) -> Snapshot:
    return Snapshot(
        id=new_id(),
        user_id=job.user_id,
        account_id=job.account_id,
        job_id=job.id,
        leg_id=leg.id,
        market_type=job.market_type,
        category=leg.category,
        symbol=leg.symbol,
        side=leg.position_side,
        position_idx=leg.position_idx,
        qty_closed=leg.qty_filled,
        qty_restored=ZERO,
        closed_price=leg.avg_price,
        leverage=leg.leverage,
        take_profit=leg.take_profit,
        stop_loss=leg.stop_loss,
    )


def _give_back(session: Session, snapshot_ids: set[uuid.UUID]) -> None:
    """What all restore legs of each snapshot gave back, net of fees taken in the coin itself.
    A spot order is rounded up to the step, so it may give a little more than was owed: that
    surplus is not counted."""
    snapshots = session.scalars(
        select(Snapshot)
        .where(Snapshot.id.in_(snapshot_ids))
        .order_by(Snapshot.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    paid_in_coin = (Leg.category == Category.SPOT.value) & (Fill.fee_currency == Leg.base_coin)
    brought = select(
        Leg.snapshot_id, func.sum(Fill.qty), func.sum(Fill.fee).filter(paid_in_coin)
    ).join(Leg, Leg.id == Fill.leg_id)
    totals = {
        snapshot_id: (bought, in_coin)
        for snapshot_id, bought, in_coin in session.execute(
            brought.where(Leg.snapshot_id.in_(snapshot_ids)).group_by(Leg.snapshot_id)
        )
    }
    for snapshot in snapshots:
        bought, in_coin = totals.get(snapshot.id, (ZERO, None))
        net = bought - (in_coin or ZERO)
        snapshot.qty_restored = max(ZERO, min(snapshot.qty_closed, net))
