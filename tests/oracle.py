"""The oracle: checks the invariants I1 to I6 by the sandbox's ledger and our tables alone."""

from __future__ import annotations

import uuid
from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.ids import ORDER_LINK_PREFIX
from models.fills import Fill, Snapshot
from models.jobs import Attempt, Job, Leg
from models.states import ENDED_JOBS, ENDED_LEGS, JobKind

ZERO = Decimal(0)


def check(session: Session, account_id: uuid.UUID, ledger: list[dict[str, Any]]) -> None:
    """Raise AssertionError naming the invariant and the thing that breaks it."""
    jobs = list(session.scalars(select(Job).where(Job.account_id == account_id)))
    legs = {
        leg.id: leg
        for leg in session.scalars(select(Leg).join(Job).where(Job.account_id == account_id))
    }
    by_link = {
        attempt.order_link_id: attempt
        for attempt in session.scalars(
            select(Attempt)
            .join(Leg, Leg.id == Attempt.leg_id)
            .join(Job, Job.id == Leg.job_id)
            .where(Job.account_id == account_id)
        )
    }
    executions = [entry for entry in ledger if entry["type"] == "execution"]
    orders = [entry for entry in ledger if entry["type"] == "order"]

    for job in jobs:
        assert job.state in ENDED_JOBS, f"I1: job {job.id} is {job.state}"
    for leg in legs.values():
        assert leg.state in ENDED_LEGS, f"I1: leg {leg.symbol} is {leg.state}"

    executed: dict[uuid.UUID, Decimal] = defaultdict(Decimal)
    for entry in executions:
        link = entry["order_link_id"]
        if not link.startswith(ORDER_LINK_PREFIX):
            continue
        assert link in by_link, f"I4: the exchange executed an Ebb id that we don't know: {link}"
        executed[by_link[link].leg_id] += Decimal(entry["qty"])
    for leg in legs.values():
        stored = session.scalar(select(func.sum(Fill.qty)).where(Fill.leg_id == leg.id)) or ZERO
        assert executed[leg.id] == stored == leg.qty_filled, (
            f"I2: leg {leg.symbol}: exchange {executed[leg.id]}, fills {stored}, "
            f"leg {leg.qty_filled}"
        )
        assert executed[leg.id] <= leg.qty_planned, f"I2: leg {leg.symbol} executed above its plan"

    placed = [entry["order_link_id"] for entry in orders]
    ours = [link for link in placed if link.startswith(ORDER_LINK_PREFIX)]
    assert len(ours) == len(set(ours)), "an order was placed twice"

    for snapshot in session.scalars(select(Snapshot).where(Snapshot.account_id == account_id)):
        closed = session.scalar(select(func.sum(Fill.qty)).where(Fill.leg_id == snapshot.leg_id))
        assert snapshot.qty_closed == closed, f"I3: {snapshot.symbol} closed"
        assert snapshot.qty_restored == _net_back(session, snapshot), f"I3: {snapshot.symbol} back"
        assert 0 <= snapshot.qty_restored <= snapshot.qty_closed, f"I3: {snapshot.symbol}"

    reduces = {job.id for job in jobs if job.kind is JobKind.REDUCE}
    _never_flips(
        executions, by_link, {leg_id for leg_id, leg in legs.items() if leg.job_id in reduces}
    )
    keys = [(job.user_id, job.idempotency_key) for job in jobs]
    assert len(keys) == len(set(keys)), "I6: one idempotency key made two jobs"


def _net_back(session: Session, snapshot: Snapshot) -> Decimal:
    """Bought back, less fees in the coin itself, never counted above what was closed."""
    back = ZERO
    for fill, leg in session.execute(
        select(Fill, Leg).join(Leg, Leg.id == Fill.leg_id).where(Leg.snapshot_id == snapshot.id)
    ):
        in_coin = leg.category == "spot" and fill.fee_currency == leg.base_coin
        back += fill.qty - (fill.fee if in_coin else ZERO)
    return max(ZERO, min(back, snapshot.qty_closed))


def _never_flips(
    executions: list[dict[str, Any]], by_link: dict[str, Attempt], reducing: set[uuid.UUID]
) -> None:
    """I5, from the exchange's own sizes after each execution."""
    for entry in executions:
        attempt = by_link.get(entry["order_link_id"])
        if attempt is None or attempt.leg_id not in reducing or entry["category"] == "spot":
            continue
        assert entry["reduce_only"], f"I5: {entry['symbol']} was reduced without reduce-only"
        after = Decimal(entry["position_size_after"])
        # A sell reduces a long: what is left is a long or nothing.
        sign = 1 if entry["side"] == "Sell" else -1
        assert after * sign >= 0, f"I5: {entry['symbol']} was flipped to {after}"
