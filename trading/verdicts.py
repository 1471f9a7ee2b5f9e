"""Write down what the exchange answered to an order."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import clock
from core.logs import get_logger
from exchange.outcomes import (
    Acknowledged,
    AlreadyThere,
    KeyRefused,
    Later,
    Rejected,
    Unknown,
    Verdict,
)
from models.jobs import Attempt, Job, Leg
from models.states import AttemptState, LegState
from trading.desk import Desk
from trading.leg_steps import reject_attempt, stop_unsent
from trading.states import ATTEMPT_TRANSITIONS, check_step

log = get_logger(__name__)


def record_verdict(
    session: Session,
    desk: Desk,
    job: Job,
    attempt: Attempt,
    leg: Leg,
    verdict: Verdict,
    *,
    answered_at: datetime,
    repeated: bool,
) -> None:
    """Write one answer down. `repeated`: an earlier send of the same id may have been taken, so
    a refusal of this one is not yet the verdict about the order: look-up decides."""
    attempt.answers += 1
    match verdict:
        case Acknowledged(order_id):
            attempt.state = check_step(
                ATTEMPT_TRANSITIONS, attempt.state, AttemptState.ACKNOWLEDGED
            )
            attempt.order_id = order_id
            attempt.acknowledged_at = answered_at
        case AlreadyThere(code):
            attempt.state = check_step(
                ATTEMPT_TRANSITIONS, attempt.state, AttemptState.ACKNOWLEDGED
            )
            attempt.code = code
            attempt.acknowledged_at = answered_at
        case Unknown(code, message):
            note(attempt, code, message)
        case Later(code, message, retry_after):
            note(attempt, code, message)
            attempt.retry_at = clock.utcnow() + timedelta(seconds=retry_after)
            if not repeated:
                attempt.state = check_step(
                    ATTEMPT_TRANSITIONS, attempt.state, AttemptState.INTENDED
                )
        case Rejected(code, message, reason):
            note(attempt, code, message)
            attempt.reason = reason
            if not repeated:
                reject_attempt(session, desk, job, attempt, leg)
        case KeyRefused(code, message, reason):
            note(attempt, code, message)
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


def note(attempt: Attempt, code: int, message: str) -> None:
    """Keep the exchange's own words."""
    attempt.code = code
    attempt.message = message[:512]
