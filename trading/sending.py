"""Send the attempts that are due. The intent is committed before every call to the exchange."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.logs import get_logger
from exchange.gateway import Gateway
from exchange.outcomes import (
    Acknowledged,
    AlreadyThere,
    ExchangeError,
    KeyRefused,
    Later,
    Refused,
    Rejected,
    Unknown,
    Verdict,
)
from exchange.types import Category, OrderRequest, Side
from models.jobs import Attempt, Job, Leg
from models.states import AttemptState, LegState
from trading.desk import Desk
from trading.lease import Lease
from trading.leg_steps import reject_attempt, stop_unsent
from trading.requests import restore_from_json
from trading.states import ATTEMPT_TRANSITIONS, LEG_TRANSITIONS, check_step

log = get_logger(__name__)

# How long after the intent was committed an order may still leave. With the exchange's
# `recv_window` it bounds when the order can still be taken: the attempt's fence.
_SEND_WITHIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Due:
    """An attempt to send, with its leg; both as read, not attached to a session."""

    attempt: Attempt
    leg: Leg

    def request(self) -> OrderRequest:
        leg = self.leg
        return OrderRequest(
            category=Category(leg.category),
            symbol=leg.symbol,
            side=Side(leg.side),
            qty=self.attempt.qty,
            order_link_id=self.attempt.order_link_id,
            reduce_only=leg.reduce_only,
            position_idx=leg.position_idx,
            limit_price=leg.limit_price,
        )


def send_due(desk: Desk, gateway: Gateway, lease: Lease, due: Sequence[Due]) -> None:
    """Send all of them, batch by batch, in the plan's order; write each answer down.

    Returns early when a cancel is seen. Raises LeaseLost.
    """
    for category in Category:
        wanted = [item for item in due if item.leg.category == category]
        size = gateway.batch_size(category)
        for start in range(0, len(wanted), size):
            if not _send_batch(desk, gateway, lease, category, wanted[start : start + size]):
                return


def _send_batch(
    desk: Desk, gateway: Gateway, lease: Lease, category: Category, batch: list[Due]
) -> bool:
    fence = timedelta(seconds=_SEND_WITHIN_SECONDS, milliseconds=desk.settings.recv_window_ms)
    marked = clock.monotonic()
    with lease.write() as (session, job):
        if job.cancel_requested:
            return False
        # An attempt that may be at the exchange already proves less by a refusal.
        repeated = {item.attempt.id for item in batch if item.attempt.state is AttemptState.UNKNOWN}
        for attempt, leg in _attached(session, batch):
            _mark_sent(attempt, leg, fence)
    requests = [item.request() for item in batch]
    if clock.monotonic() - marked > _SEND_WITHIN_SECONDS:
        # Paused in between: nothing left, and the intent is looked up like any other.
        return True
    if len(requests) == 1:
        verdicts = [gateway.place(requests[0])]
    else:
        verdicts = gateway.place_batch(category, requests)
    with lease.write() as (session, job):
        attached = {attempt.id: (attempt, leg) for attempt, leg in _attached(session, batch)}
        for item, verdict in zip(batch, verdicts, strict=True):
            attempt, leg = attached[item.attempt.id]
            record_verdict(
                session, desk, job, attempt, leg, verdict, repeated=attempt.id in repeated
            )
    return True


def _attached(session: Session, batch: Sequence[Due]) -> list[tuple[Attempt, Leg]]:
    rows = session.execute(
        select(Attempt, Leg)
        .join(Leg, Leg.id == Attempt.leg_id)
        .where(Attempt.id.in_([item.attempt.id for item in batch]))
        .order_by(Leg.seq)
    )
    return [(attempt, leg) for attempt, leg in rows]


def _mark_sent(attempt: Attempt, leg: Leg, fence: timedelta) -> None:
    if attempt.state is AttemptState.INTENDED:
        attempt.state = check_step(ATTEMPT_TRANSITIONS, attempt.state, AttemptState.UNKNOWN)
    if leg.state is LegState.PLANNED:
        leg.state = check_step(LEG_TRANSITIONS, leg.state, LegState.WORKING)
    attempt.sends += 1
    attempt.retry_at = None
    attempt.sent_at = func.now()
    attempt.fence_until = func.now() + fence


def record_verdict(
    session: Session,
    desk: Desk,
    job: Job,
    attempt: Attempt,
    leg: Leg,
    verdict: Verdict,
    *,
    repeated: bool,
) -> None:
    """Write one answer down. `repeated`: an earlier send of the same id may have been taken, so
    a refusal of this one is not yet the verdict about the order: look-up decides."""
    match verdict:
        case Acknowledged(order_id):
            attempt.state = check_step(
                ATTEMPT_TRANSITIONS, attempt.state, AttemptState.ACKNOWLEDGED
            )
            attempt.order_id = order_id
            attempt.acknowledged_at = clock.utcnow()
        case AlreadyThere(code):
            attempt.state = check_step(
                ATTEMPT_TRANSITIONS, attempt.state, AttemptState.ACKNOWLEDGED
            )
            attempt.code = code
            attempt.acknowledged_at = clock.utcnow()
        case Unknown(code, message):
            _note(attempt, code, message)
        case Later(code, message, retry_after):
            _note(attempt, code, message)
            attempt.retry_at = clock.utcnow() + timedelta(seconds=retry_after)
            if not repeated:
                attempt.state = check_step(
                    ATTEMPT_TRANSITIONS, attempt.state, AttemptState.INTENDED
                )
        case Rejected(code, message, reason):
            _note(attempt, code, message)
            attempt.reason = reason
            if not repeated:
                reject_attempt(session, desk, job, attempt, leg)
        case KeyRefused(code, message, reason):
            _note(attempt, code, message)
            attempt.reason = reason
            if not repeated:
                reject_attempt(session, desk, job, attempt, leg)
            stop_unsent(session, job, reason, LegState.REJECTED)
    log.info(
        "order.answered",
        order_link_id=attempt.order_link_id,
        symbol=leg.symbol,
        verdict=type(verdict).__name__,
        code=attempt.code,
        state=attempt.state.value,
    )


def _note(attempt: Attempt, code: int, message: str) -> None:
    attempt.code = code
    attempt.message = message[:512]


def set_leverage_first(
    gateway: Gateway, lease: Lease, desk: Desk, job: Job, due: Sequence[Due]
) -> bool:
    """Where a restore finds its position gone and the user agreed, set the old leverage before
    the first order. Setting it twice is harmless. A refusal ends the leg: the size was chosen
    for that leverage. True if any leg ended so. Raises Busy, Unreachable, AuthProblem."""
    if "set_leverage" not in job.request or not restore_from_json(job.request).set_leverage:
        return False
    refused = False
    for item in due:
        leg = item.leg
        if item.attempt.sends or item.attempt.n > 1 or leg.size_before or leg.leverage is None:
            continue
        if not Category(leg.category).is_derivative:
            continue
        try:
            gateway.set_leverage(Category(leg.category), leg.symbol, leg.leverage)
        except Refused as error:
            _refuse_leverage(lease, desk, item.attempt.id, error)
            refused = True
    return refused


def _refuse_leverage(lease: Lease, desk: Desk, attempt_id: uuid.UUID, error: ExchangeError) -> None:
    with lease.write() as (session, job):
        attempt = session.get_one(Attempt, attempt_id)
        leg = session.get_one(Leg, attempt.leg_id)
        _note(attempt, error.code, error.message)
        attempt.reason = "leverage_refused"
        reject_attempt(session, desk, job, attempt, leg)
