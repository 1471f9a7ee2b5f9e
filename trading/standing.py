"""How a job stands: what is to be sent now, what is to be looked up, what waits for its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from core import clock
from models.jobs import Attempt, Job, Leg
from models.states import OPEN_ATTEMPTS, AttemptState, LegState
from trading.lease import Lease
from trading.leg_steps import stop_unsent
from trading.reasons import Reason
from trading.sending import Due
from trading.waits import WaitReason

_REFUSED_FOR = {
    403: WaitReason.EXCHANGE_BANNED,
    429: WaitReason.RATE_LIMIT,
    10006: WaitReason.RATE_LIMIT,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`waiting`: seconds until the next attempt becomes due, None if none waits; `refused_for`:
    why the exchange would not take it before."""

    job: Job
    due: Sequence[Due]
    sent: Sequence[Due]
    waiting: float | None
    refused_for: WaitReason | None

    @property
    def is_over(self) -> bool:
        """No attempt is open: every leg has ended."""
        return not (self.due or self.sent or self.waiting is not None)


def look(lease: Lease, *, has_keys: bool) -> Standing:
    """Read it under the lease. Legs that a cancel or a lost key keeps from being sent end here."""
    with lease.write(visible=False) as (session, job):
        stop = None
        if job.cancel_requested:
            stop = Reason.CANCELLED_BY_USER, LegState.CANCELLED
        if not has_keys:
            stop = Reason.KEY_REMOVED, LegState.REJECTED
        if stop is not None and stop_unsent(session, job, *stop):
            job.version += 1
        rows = session.execute(
            select(Attempt, Leg, or_(Attempt.retry_at.is_(None), Attempt.retry_at <= func.now()))
            .join(Leg, Leg.id == Attempt.leg_id)
            .where(Leg.job_id == job.id, Attempt.state.in_(list(OPEN_ATTEMPTS)))
            .order_by(Leg.seq)
        ).all()
    due, sent, later = [], [], []
    for attempt, leg, ready in rows:
        item = Due(attempt, leg)
        # An `unknown` one that look-ups did not find carries `retry_at`: its id is sent again.
        again = attempt.state is AttemptState.UNKNOWN and attempt.retry_at is not None
        if attempt.state is not AttemptState.INTENDED and not (again and ready):
            sent.append(item)
        elif ready and not (again and job.cancel_requested):
            due.append(item)
        elif again:
            sent.append(item)
        elif attempt.retry_at is not None:
            later.append((attempt.retry_at, attempt.code or 0))
    next_at, code = min(later, default=(None, 0))
    return Standing(job, due, sent, _seconds_until(next_at), _REFUSED_FOR.get(code))


def _seconds_until(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    return max(0.0, (moment - clock.utcnow()).total_seconds())
