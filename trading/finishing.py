"""End a job: set protective orders again, write the receipt, let the account go."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import tracing
from core.logs import get_logger
from exchange.gateway import Gateway
from exchange.outcomes import AuthProblem, Refused, RequestDefect
from exchange.types import Category
from models.job_events import Happened, JobEvent
from models.jobs import Job, Leg
from models.states import JobKind, JobState, LegState
from trading.calls import Method
from trading.exposure import record_after
from trading.lease import Lease
from trading.outbox import settle_ended
from trading.receipts import build_receipt
from trading.states import JOB_TRANSITIONS, check_step
from trading.telling import tell_ended

log = get_logger(__name__)


def protect_again(gateway: Gateway, lease: Lease, legs: Sequence[Leg]) -> None:
    """Positions that a restore opened anew get their take-profit and stop-loss back, and the
    exchange is asked whether they stand. Setting them twice is harmless.

    Raises Busy, Unreachable: the caller tries again.
    """
    for leg in legs:
        if leg.protection != "pending":
            continue
        stamp = gateway.stamp()
        lease.renew()
        outcome = _protect(gateway, lease, leg, stamp) if leg.qty_filled else None
        with lease.write() as (session, _):
            note_protection(session, leg, outcome)


def note_protection(session: Session, leg: Leg, outcome: str | None) -> None:
    """Whether the leg's position got its stops back (`restored`, `failed`); None: it has none."""
    session.get_one(Leg, leg.id).protection = outcome
    if outcome is not None:
        told = {"job_id": leg.job_id, "leg_id": leg.id, "data": {"state": outcome}}
        session.add(JobEvent(kind=Happened.PROTECTED.value, **told))


def _protect(gateway: Gateway, lease: Lease, leg: Leg, stamp: int) -> str:
    category = Category(leg.category)
    wanted = {"take_profit": leg.take_profit, "stop_loss": leg.stop_loss}
    try:
        with lease.calls.to(Method.SET_TRADING_STOP, leg, facts=wanted):
            gateway.set_trading_stop(category, leg.symbol, leg.position_idx, stamp=stamp, **wanted)
    except (Refused, RequestDefect, AuthProblem) as error:
        log.warning("protection.refused", symbol=leg.symbol, code=error.code, text=error.message)
        return "failed"
    with lease.calls.to(Method.READ_POSITIONS, leg):
        positions = gateway.positions(category)
    for position in positions:
        if (position.symbol, position.position_idx) == (leg.symbol, leg.position_idx):
            stands = (leg.take_profit is None or position.take_profit == leg.take_profit) and (
                leg.stop_loss is None or position.stop_loss == leg.stop_loss
            )
            return "restored" if stands else "failed"
    return "failed"


def finish(lease: Lease, retention_days: int) -> uuid.UUID | None:
    """All legs have ended: the job's terminal state, its receipt, and the lease given back. The
    account's next job, free to start now."""
    with tracing.step("job.finish") as step, lease.write() as (session, job):
        legs = session.scalars(select(Leg).where(Leg.job_id == job.id).order_by(Leg.seq)).all()
        state, error = end_state(job.kind, legs, cancelled=job.cancel_requested)
        step.note({"ebb.state": state.value})
        record_after(session, job, legs)
        return _end(session, lease, job, state, error, legs=legs, retention_days=retention_days)


def fail(
    lease: Lease, error_code: str, detail: str | None, *, retention_days: int
) -> uuid.UUID | None:
    """End a job that has no plan and will get none; nothing was sent. The account's next job."""
    with tracing.step("job.finish") as step, lease.write() as (session, job):
        state = JobState.CANCELLED if job.cancel_requested else JobState.FAILED
        step.note({"ebb.state": state.value})
        return _end(session, lease, job, state, error_code, detail, retention_days=retention_days)


def _end(
    session: Session,
    lease: Lease,
    job: Job,
    state: JobState,
    error: str | None,
    detail: str | None = None,
    *,
    legs: Sequence[Leg] = (),
    retention_days: int,
) -> uuid.UUID | None:
    job.state = check_step(JOB_TRANSITIONS, job.state, state)
    job.error_code = error
    job.error_detail = detail[:512] if detail else None
    job.finished_at = func.now()
    job.trim_after = func.now() + timedelta(days=retention_days)
    lease.release(job)
    session.flush()
    job.receipt = build_receipt(session, job)
    log.info("job.ended", state=state.value, error=error)
    following = settle_ended(session, job)
    tell_ended(session, job, legs, lease.account.label)
    return following


def end_state(
    kind: JobKind, legs: Sequence[Leg], *, cancelled: bool
) -> tuple[JobState, str | None]:
    """A job's terminal state from its legs', and the error code where nothing was filled.

    Skipped legs were announced by the plan: they don't make a job partial.
    """
    states = Counter(leg.state for leg in legs)
    sendable = len(legs) - states[LegState.SKIPPED]
    if any(leg.qty_filled for leg in legs):
        whole = states[LegState.FILLED] == sendable
        return (JobState.COMPLETED if whole else JobState.PARTIALLY_COMPLETED), None
    if cancelled:
        return JobState.CANCELLED, None
    if not legs:
        return JobState.FAILED, "empty_book" if kind is JobKind.REDUCE else "nothing_to_restore"
    if not sendable:
        return JobState.FAILED, f"nothing_to_{kind}"
    return JobState.FAILED, "all_legs_failed"
