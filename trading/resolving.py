"""Look up what was sent, and write down what became of it, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, tracing
from core.logs import get_logger
from core.numbers import ZERO
from exchange.gateway import Gateway
from exchange.outcomes import Refused
from exchange.types import Category, Execution, Order
from models.jobs import Attempt, Job, Leg
from models.states import AttemptState
from trading.bookkeeping import Proof, store_fills
from trading.calls import Method
from trading.desk import Desk
from trading.lease import Lease
from trading.leg_steps import end_attempt, reject_attempt
from trading.sending import Due
from trading.settling import attempt_end

log = get_logger(__name__)

MAX_SENDS = 5
"""How often the same id is sent before only waiting and looking is left."""
_STUCK_OPEN = timedelta(seconds=10)
_HISTORY_KEEPS_UNFILLED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Found:
    """What the exchange knows of one attempt; `order` None: neither open, recent nor in history."""

    order: Order | None
    fills: Sequence[Execution]

    @property
    def is_complete(self) -> bool:
        """Closed, and its executions explain all that it filled (they may lag behind)."""
        if self.order is None or not self.order.status.is_closed:
            return False
        return sum((fill.qty for fill in self.fills), ZERO) == self.order.filled_qty


def resolve(desk: Desk, gateway: Gateway, lease: Lease, sent: Sequence[Due]) -> bool:
    """Look all of them up and record what is known. True if anything moved.

    Raises the gateway's reading errors, LeaseLost.
    """
    moved = False
    for category in Category:
        wanted = [item for item in sent if item.leg.category == category]
        if not wanted:
            continue
        told = {"ebb.category": category.value, "ebb.orders": len(wanted)}
        with tracing.step("job.look_up", told):
            with _told(lease, wanted):
                found = _look_up(gateway, category, wanted)
            _cancel_stuck(gateway, lease, category, wanted, found)
        if any(_tells_something(item, found[item.attempt.order_link_id]) for item in wanted):
            fills = sum(len(item.fills) for item in found.values())
            with tracing.step("job.record", {"ebb.fills": fills}):
                moved = _record(desk, lease, wanted, found) or moved
    return moved


def _told(lease: Lease, wanted: Sequence[Due]) -> AbstractContextManager[None]:
    """Only of look-ups that fail: what the others found is written down."""
    if len(wanted) > 1:
        return lease.calls.to(Method.LOOK_UP, failed_only=True, facts={"orders": len(wanted)})
    return lease.calls.to(Method.LOOK_UP, wanted[0].leg, wanted[0].attempt, failed_only=True)


def _look_up(gateway: Gateway, category: Category, wanted: Sequence[Due]) -> dict[str, Found]:
    orders = gateway.find_orders(
        category, [(item.leg.symbol, item.attempt.order_link_id) for item in wanted]
    )
    with_fills = [order for order in orders.values() if order.filled_qty > 0]
    fills = gateway.executions_of(category, with_fills) if with_fills else {}
    found = {}
    for item in wanted:
        link_id = item.attempt.order_link_id
        executed = fills.get(link_id, [])
        if link_id not in orders and _long_gone(item.attempt):
            executed = gateway.executions(category, item.leg.symbol, link_id)
        found[link_id] = Found(orders.get(link_id), executed)
    return found


def _long_gone(attempt: Attempt) -> bool:
    """Acknowledged, and yet in no list: the realtime list was lost, and history forgets what
    filled nothing. Only the executions are kept for years."""
    return attempt.state is AttemptState.ACKNOWLEDGED and attempt.sends > 0


def _cancel_stuck(
    gateway: Gateway,
    lease: Lease,
    category: Category,
    wanted: Sequence[Due],
    found: Mapping[str, Found],
) -> None:
    """Our orders close at once by their kind (market, IOC). One that rests is taken back, and
    looked up again afterwards."""
    for item in wanted:
        order = found[item.attempt.order_link_id].order
        if order is None or order.status.is_closed or item.attempt.sent_at is None:
            continue
        if order.created_at is None or _age(item.attempt, order.created_at) < _STUCK_OPEN:
            continue
        told = lease.calls.to(Method.CANCEL_ORDER, item.leg, item.attempt)
        # Refused: it has closed meanwhile, as the next look-up shows.
        with suppress(Refused), told:
            gateway.cancel(category, item.leg.symbol, item.attempt.order_link_id)


def _age(attempt: Attempt, created_at: datetime) -> timedelta:
    seen = attempt.acknowledged_at or attempt.sent_at or created_at
    return clock.utcnow() - seen


def _tells_something(item: Due, found: Found) -> bool:
    if found.order is None:
        return bool(found.fills) or _not_found_may_count(item.attempt)
    return True


def _not_found_may_count(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.UNKNOWN or _long_gone(attempt)


def _record(desk: Desk, lease: Lease, wanted: Sequence[Due], found: Mapping[str, Found]) -> bool:
    moved = False
    with lease.write(visible=False) as (session, job):
        rows = session.execute(
            select(Attempt, Leg, func.now())
            .join(Leg, Leg.id == Attempt.leg_id)
            .where(Attempt.id.in_([item.attempt.id for item in wanted]))
            .order_by(Leg.seq)
        ).all()
        before = {attempt.id: attempt.qty_filled for attempt, _, _ in rows}
        store_fills(
            session,
            job,
            [Proof(attempt, leg, found[attempt.order_link_id].fills) for attempt, leg, _ in rows],
        )
        for attempt, leg, now in rows:
            known = found[attempt.order_link_id]
            moved = attempt.qty_filled != before[attempt.id] or moved
            moved = _record_one(session, desk, job, attempt, leg, known, now) or moved
        if moved:
            job.version += 1
    return moved


def _record_one(
    session: Session,
    desk: Desk,
    job: Job,
    attempt: Attempt,
    leg: Leg,
    found: Found,
    now: datetime,
) -> bool:
    """What the order itself tells, its fills being stored. True if anything moved."""
    attempt.look_ups += 1
    attempt.misses += found.order is None
    if found.order is None:
        return _not_found(session, desk, job, attempt, leg, now)
    attempt.order_id = found.order.order_id
    if found.is_complete:
        state, reason = attempt_end(found.order, attempt.qty, attempt.qty_filled)
        attempt.reason = reason
        end_attempt(session, desk, job, attempt, leg, state)
        return True
    if attempt.state is AttemptState.UNKNOWN:
        attempt.state = AttemptState.ACKNOWLEDGED
        attempt.acknowledged_at = now
        return True
    return False


def _not_found(
    session: Session, desk: Desk, job: Job, attempt: Attempt, leg: Leg, now: datetime
) -> bool:
    """Nobody knows the order. It counts only after a settling time, and "never reached" only
    when the exchange could no longer take a request that we ever made for it."""
    if attempt.state is AttemptState.ACKNOWLEDGED:
        return _vanished(session, desk, job, attempt, leg, now)
    settle = timedelta(seconds=desk.settings.settle_seconds)
    if attempt.fence_until is not None and now < attempt.fence_until + settle:
        resend_at = (attempt.sent_at or now) + settle
        may_send = attempt.sends < MAX_SENDS and not job.cancel_requested
        if may_send and now >= resend_at and attempt.retry_at is None and not attempt.reason:
            # The same id again: safe at any time.
            attempt.retry_at = now
            return True
        return False
    if attempt.reason is not None:
        reject_attempt(session, desk, job, attempt, leg)
        return True
    if attempt.sends < MAX_SENDS and not job.cancel_requested:
        if attempt.retry_at is None:
            attempt.retry_at = now
            return True
        return False
    end_attempt(session, desk, job, attempt, leg, AttemptState.NEVER_REACHED)
    return True


def _vanished(
    session: Session, desk: Desk, job: Job, attempt: Attempt, leg: Leg, now: datetime
) -> bool:
    """Acknowledged, but in no list. After the time that history keeps orders without fills, the
    executions alone decide."""
    if attempt.acknowledged_at is None or now < attempt.acknowledged_at + _HISTORY_KEEPS_UNFILLED:
        return False
    state = AttemptState.PARTIALLY_FILLED if attempt.qty_filled else AttemptState.CANCELLED
    if attempt.qty_filled == attempt.qty:
        state = AttemptState.FILLED
    end_attempt(session, desk, job, attempt, leg, state)
    return True
