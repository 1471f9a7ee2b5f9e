"""Plan a claimed job once, and persist all legs and first attempts before anything is sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from sqlalchemy import func
from sqlalchemy.orm import Session

from core import clock
from core.ids import new_id
from core.numbers import ZERO
from exchange.gateway import Gateway
from exchange.outcomes import Busy
from models import exposures
from models.jobs import Job, Leg
from models.states import JobKind, JobState, LegState
from trading.attempts import next_attempt
from trading.books import read_book
from trading.calls import Method
from trading.desk import Desk
from trading.exposure import exposure_of
from trading.funding import questions, rates_of
from trading.lease import Lease
from trading.leverage import sets_leverage
from trading.pause import may_send
from trading.plan_reduce import plan_reduce
from trading.plan_restore import plan_restore
from trading.plans import Book, Owed, Plan, PlannedLeg
from trading.requests import reduce_from_json, restore_from_json
from trading.restore_cost import Rates, funding_saved
from trading.sending import Due, Ready, choose, mark_sent
from trading.snapshots import chosen
from trading.states import JOB_TRANSITIONS, check_step

Saved = Mapping[uuid.UUID, Decimal | None]
"""Funding saved by each snapshot's leg, in its settle coin."""


def plan_job(desk: Desk, gateway: Gateway, lease: Lease, job: Job) -> Ready | None:
    """Read the book, plan, persist, and move the job to `executing`. The first wave's intent is
    committed with the plan: what comes back is ready to be delivered, None if nothing may leave.

    Raises UnknownSymbols, the gateway's reading errors, LeaseLost. A second call after a crash
    plans anew, since nothing was sent while no plan stood.
    """
    restoring = job.kind is JobKind.RESTORE
    rates: Rates = {}
    with lease.calls.to(Method.READ_BOOK):
        if restoring:
            book, rates = _read_for_restore(desk, gateway, lease, job)
        else:
            book = read_book(desk, gateway, job.market_type, account_id=job.account_id)
    # Before the lease is checked: what leaves late carries a time that is too old.
    stamp = gateway.stamp()
    # The first order waits for this commit: that the book was read is told after it.
    with lease.write(telling=False) as (session, held):
        saved: Saved = {}
        if restoring:
            request = restore_from_json(held.request)
            owed = chosen(session, held.account_id, request)
            plan = plan_restore(owed, book, request)
            saved = _funding(plan, owed, rates)
        else:
            plan = plan_reduce(book, reduce_from_json(held.request))
        due = _persist(session, held, plan, book, saved)
        if not due or held.cancel_requested or sets_leverage(held) or not may_send(session):
            return None
        try:
            ready = choose(gateway, due, stamp)
        except Busy:
            return None
        if ready.calls:
            mark_sent(session, ready, desk.settings)
    return ready if ready.calls else None


def _read_for_restore(desk: Desk, gateway: Gateway, lease: Lease, job: Job) -> tuple[Book, Rates]:
    """The book, what is owed beside it, and the funding since, where any was settled. A restore
    soon after its reduce asks nothing more than a reduce does."""

    def owed_now() -> list[Owed]:
        with lease.sessions() as session:
            return chosen(session, job.account_id, restore_from_json(job.request))

    read = partial(
        read_book, desk, gateway, job.market_type, account_id=job.account_id, all_prices=True
    )
    # The book's own readings are carried too, so it is read on this thread.
    book, owed = desk.couriers.all([read, owed_now])
    environment = lease.account.environment
    asked = questions(desk.funding, gateway, environment, owed, clock.utcnow())
    return book, rates_of(desk.couriers.all(asked))


def _funding(plan: Plan, owed: Sequence[Owed], rates: Rates) -> Saved:
    items = {item.snapshot_id: item for item in owed}
    return {
        leg.snapshot_id: funding_saved(items[leg.snapshot_id], leg.owed_qty, rates)
        for leg in plan.sendable
        if leg.snapshot_id and leg.category.is_derivative
    }


def _persist(session: Session, job: Job, plan: Plan, book: Book, saved: Saved) -> list[Due]:
    legs: list[Leg] = []
    for seq, planned in enumerate(plan.legs, start=1):
        leg = _leg(job.id, seq, planned, book)
        if planned.snapshot_id is not None:
            leg.funding = saved.get(planned.snapshot_id)
            if planned.take_profit is not None or planned.stop_loss is not None:
                # The position that is gone lost them with it: owed again.
                leg.protection = "pending"
        session.add(leg)
        legs.append(leg)
    # Legs and snapshots refer to each other, so the order of inserts is ours to give.
    session.flush()
    due = [Due(next_attempt(leg, 1), leg) for leg in legs if leg.state is LegState.PLANNED]
    session.add_all(item.attempt for item in due)
    job.effective_percent = plan.effective_percent
    job.planned_at = func.now()
    job.state = check_step(JOB_TRANSITIONS, job.state, JobState.EXECUTING)
    # The job's row changes once: whatever is executed next flushes it.
    session.flush()
    exposures.record(session, job.account_id, job.market_type, exposure_of(book))
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
