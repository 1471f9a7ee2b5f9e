"""Apply a settled attempt to its leg inside a worker's transaction."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.numbers import ZERO
from exchange.types import Category
from models.jobs import Attempt, Job, Leg
from models.states import AttemptState, LegState
from trading.attempts import next_attempt
from trading.desk import Desk
from trading.settling import AttemptFacts, End, LegFacts, after_attempt
from trading.states import ATTEMPT_TRANSITIONS, LEG_TRANSITIONS, check_step


def reject_attempt(session: Session, desk: Desk, job: Job, attempt: Attempt, leg: Leg) -> None:
    """The exchange refused the order for good."""
    end_attempt(session, desk, job, attempt, leg, AttemptState.REJECTED)


def end_attempt(
    session: Session, desk: Desk, job: Job, attempt: Attempt, leg: Leg, state: AttemptState
) -> None:
    """Make the attempt terminal and take the leg's next step: another attempt or its end."""
    attempt.state = check_step(ATTEMPT_TRANSITIONS, attempt.state, state)
    attempt.settled_at = clock.utcnow()
    step = after_attempt(
        _leg_facts(leg),
        AttemptFacts(
            n=attempt.n,
            state=attempt.state,
            qty=attempt.qty,
            qty_filled=attempt.qty_filled,
            reason=attempt.reason,
            empty_streak=_empty_streak(session, attempt),
        ),
        cancelled=job.cancel_requested,
        max_attempts=desk.settings.max_attempts_per_leg,
    )
    if isinstance(step, End):
        end_leg(leg, step.state, step.reason, attempt.message if step.reason else None)
        return
    again = next_attempt(leg, attempt.n + 1)
    if step.pause:
        again.retry_at = clock.utcnow() + timedelta(seconds=step.pause)
    # It may only be inserted after this one is no longer open (unique index).
    session.flush()
    session.add(again)


def end_leg(leg: Leg, state: LegState, reason: str | None, detail: str | None = None) -> None:
    """Make the leg terminal, with the reason that the app will show."""
    if leg.state is LegState.PLANNED and state in (LegState.FILLED, LegState.PARTIALLY_FILLED):
        leg.state = LegState.WORKING
    leg.state = check_step(LEG_TRANSITIONS, leg.state, state)
    leg.reason = reason
    leg.reason_detail = detail
    leg.finished_at = clock.utcnow()


def stop_unsent(session: Session, job: Job, reason: str, empty_state: LegState) -> bool:
    """End every leg whose open attempt is surely not at the exchange; leave the others to be
    looked up. `empty_state` is what a leg without any fill becomes. True if any leg ended."""
    rows = session.execute(
        select(Attempt, Leg)
        .join(Leg, Leg.id == Attempt.leg_id)
        .where(Leg.job_id == job.id, Attempt.state == AttemptState.INTENDED)
    ).all()
    for attempt, leg in rows:
        attempt.state = check_step(ATTEMPT_TRANSITIONS, attempt.state, AttemptState.CANCELLED)
        attempt.reason = reason
        attempt.settled_at = clock.utcnow()
        end_leg(leg, LegState.PARTIALLY_FILLED if leg.qty_filled else empty_state, reason)
    return bool(rows)


def _leg_facts(leg: Leg) -> LegFacts:
    return LegFacts(
        category=Category(leg.category),
        qty_planned=leg.qty_planned,
        qty_filled=leg.qty_filled,
        closes_position=leg.reduce_only and leg.qty_planned == leg.size_before,
        min_qty=leg.min_qty,
        min_notional=leg.min_notional,
        price=leg.price,
        has_price_guard=leg.limit_price is not None,
    )


def _empty_streak(session: Session, attempt: Attempt) -> int:
    """How many of the leg's latest attempts in a row, this one included, filled nothing."""
    if attempt.qty_filled > ZERO:
        return 0
    last_filled = session.scalar(
        select(func.max(Attempt.n)).where(
            Attempt.leg_id == attempt.leg_id, Attempt.qty_filled > 0, Attempt.n < attempt.n
        )
    )
    return attempt.n - (last_filled or 0)
