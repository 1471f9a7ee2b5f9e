"""Plan a claimed job once, and persist all legs and first attempts before anything is sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import func
from sqlalchemy.orm import Session

from core.ids import new_id
from core.numbers import ZERO
from exchange.gateway import Gateway
from exchange.outcomes import Busy
from models.fills import Snapshot
from models.jobs import Job, Leg
from models.states import JobKind, JobState, LegState
from trading.attempts import next_attempt
from trading.books import read_book
from trading.desk import Desk
from trading.lease import Lease
from trading.leverage import sets_leverage
from trading.pause import is_paused
from trading.plan_reduce import plan_reduce
from trading.plan_restore import plan_restore
from trading.plans import Book, Plan, PlannedLeg
from trading.requests import reduce_from_json, restore_from_json
from trading.sending import Due, Ready, choose, mark_sent
from trading.snapshots import chosen
from trading.states import JOB_TRANSITIONS, check_step


def plan_job(desk: Desk, gateway: Gateway, lease: Lease, job: Job) -> Ready | None:
    """Read the book, plan, persist, and move the job to `executing`. The first wave's intent is
    committed with the plan: what comes back is ready to be delivered, None if nothing may leave.

    Raises UnknownSymbols, the gateway's reading errors, LeaseLost. A second call after a crash
    plans anew, since nothing was sent while no plan stood.
    """
    restoring = job.kind is JobKind.RESTORE
    book = read_book(
        desk,
        gateway,
        job.market_type,
        account_id=job.account_id,
        all_prices=restoring,
    )
    # Before the lease is checked: what leaves late carries a time that is too old.
    stamp = gateway.stamp()
    with lease.write() as (session, held):
        snapshots: Mapping[uuid.UUID, Snapshot] = {}
        if restoring:
            request = restore_from_json(held.request)
            owed = chosen(session, held.account_id, request)
            snapshots = {
                item.snapshot_id: session.get_one(Snapshot, item.snapshot_id) for item in owed
            }
            plan = plan_restore(owed, book, request)
        else:
            plan = plan_reduce(book, reduce_from_json(held.request))
        due = _persist(session, held, plan, book, snapshots)
        if not due or held.cancel_requested or is_paused(session) or sets_leverage(held):
            return None
        try:
            ready = choose(gateway, due, stamp)
        except Busy:
            return None
        if ready.calls:
            mark_sent(session, ready, desk.settings)
    return ready if ready.calls else None


def _persist(
    session: Session,
    job: Job,
    plan: Plan,
    book: Book,
    snapshots: Mapping[uuid.UUID, Snapshot],
) -> list[Due]:
    legs: list[Leg] = []
    for seq, planned in enumerate(plan.legs, start=1):
        leg = _leg(job.id, seq, planned, book)
        snapshot = snapshots.get(planned.snapshot_id) if planned.snapshot_id else None
        if snapshot is not None:
            _carry_protection(leg, snapshot)
        session.add(leg)
        legs.append(leg)
    # Legs and snapshots refer to each other, so the order of inserts is ours to give.
    session.flush()
    due = [Due(next_attempt(leg, 1), leg) for leg in legs if leg.state is LegState.PLANNED]
    session.add_all(item.attempt for item in due)
    job.effective_percent = plan.effective_percent
    job.planned_at = func.now()
    job.state = check_step(JOB_TRANSITIONS, job.state, JobState.EXECUTING)
    session.flush()
    return due


def _leg(job_id: uuid.UUID, seq: int, planned: PlannedLeg, book: Book) -> Leg:
    rules = book.instruments.get((planned.category, planned.symbol))
    return Leg(
        id=new_id(),
        job_id=job_id,
        seq=seq,
        category=planned.category.value,
        symbol=planned.symbol,
        position_side=planned.position_side.value,
        side=planned.side.value,
        position_idx=planned.position_idx,
        reduce_only=planned.reduce_only,
        size_before=planned.size_now,
        qty_planned=planned.qty,
        owed_qty=planned.owed_qty,
        max_order_qty=planned.max_order_qty,
        base_coin=rules.base_coin if rules else "",
        settle_coin=rules.settle_coin if rules else "",
        min_qty=rules.min_qty if rules else None,
        min_notional=rules.min_notional if rules else None,
        limit_price=planned.limit_price,
        price=planned.price,
        notional=planned.notional,
        effective_percent=planned.effective_percent,
        leverage=planned.leverage,
        take_profit=planned.take_profit,
        stop_loss=planned.stop_loss,
        snapshot_id=planned.snapshot_id,
        state=LegState.PLANNED if planned.is_sendable else LegState.SKIPPED,
        reason=planned.reason,
        qty_filled=ZERO,
        finished_at=None if planned.is_sendable else func.now(),
    )


def _carry_protection(leg: Leg, snapshot: Snapshot) -> None:
    """A position that is gone lost its stop-loss and take-profit with it: owed again."""
    leg.leverage = snapshot.leverage
    leg.take_profit = snapshot.take_profit
    leg.stop_loss = snapshot.stop_loss
    has_protection = snapshot.take_profit is not None or snapshot.stop_loss is not None
    if leg.state is LegState.PLANNED and leg.size_before == 0 and has_protection:
        leg.protection = "pending"
