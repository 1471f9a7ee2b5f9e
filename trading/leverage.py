"""Set the old leverage where a restore finds its position gone and the user agreed to it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from exchange.gateway import Gateway
from exchange.outcomes import ExchangeError, Refused
from exchange.types import Category
from models.jobs import Attempt, Job, Leg
from trading.calls import Method
from trading.desk import Desk
from trading.lease import Lease
from trading.leg_steps import reject_attempt
from trading.pause import SendingPaused, may_send
from trading.requests import restore_from_json
from trading.sending import Due
from trading.verdicts import note


def sets_leverage(job: Job) -> bool:
    """Whether the user agreed that a restore sets the old leverage."""
    return "set_leverage" in job.request and restore_from_json(job.request).set_leverage


def set_leverage_first(
    gateway: Gateway, lease: Lease, desk: Desk, job: Job, due: Sequence[Due]
) -> bool:
    """Where a restore finds its position gone and the user agreed, set the old leverage before
    the first order. Setting it twice is harmless. A refusal ends the leg: the size was chosen
    for that leverage. True if any leg ended so. Raises Busy, Unreachable, AuthProblem,
    SendingPaused."""
    if not sets_leverage(job):
        return False
    refused = False
    for item in due:
        leg = item.leg
        if item.attempt.sends or item.attempt.n > 1 or leg.size_before or leg.leverage is None:
            continue
        if not Category(leg.category).is_derivative:
            continue
        stamp = gateway.stamp()
        with lease.write(visible=False) as (session, _):
            if not may_send(session):
                raise SendingPaused
        try:
            told = {"leverage": leg.leverage}
            with lease.calls.to(Method.SET_LEVERAGE, leg, item.attempt, facts=told):
                gateway.set_leverage(Category(leg.category), leg.symbol, leg.leverage, stamp=stamp)
        except Refused as error:
            _refuse_leverage(lease, desk, item.attempt.id, error)
            refused = True
    return refused


def _refuse_leverage(lease: Lease, desk: Desk, attempt_id: uuid.UUID, error: ExchangeError) -> None:
    with lease.write() as (session, job):
        attempt = session.get_one(Attempt, attempt_id)
        leg = session.get_one(Leg, attempt.leg_id)
        note(attempt, error.code, error.message)
        attempt.reason = "leverage_refused"
        reject_attempt(session, desk, job, attempt, leg)
