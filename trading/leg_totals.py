"""What a leg's orders and fills come to: one query each for a whole job, however many legs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from core.numbers import ZERO
from models.fills import Fill
from models.jobs import Attempt, Leg

Fees = Mapping[str, Decimal]
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a leg that were sent: how many, when the first one left and was first
    acknowledged (by our clock, at the call itself), and the exchange's own ids of them."""

    count: int = 0
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    ids: tuple[str, ...] = ()

    @property
    def ack_ms(self) -> int | None:
        """From the first sending to the first acknowledgement."""
        return self.ms_until(self.acknowledged_at)

    def ms_until(self, moment: datetime | None) -> int | None:
        """From the first sending to a moment; never below zero, since the exchange's clock may be
        behind ours, and an order that was sent again may have been filled before."""
        if self.sent_at is None or moment is None:
            return None
        return max(0, (moment - self.sent_at) // _MILLISECOND)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the fills of a leg cost by coin, and the time of the last one (the exchange's clock)."""

    fees: Fees = field(default_factory=dict)
    last_at: datetime | None = None


def orders_by_leg(session: Session, job_id: uuid.UUID) -> dict[uuid.UUID, Orders]:
    """The orders sent of a job's legs; a leg without any is left out."""
    rows = session.execute(
        select(
            Attempt.leg_id,
            func.count(),
            func.min(Attempt.sent_at),
            func.min(Attempt.acknowledged_at),
            func.array_agg(aggregate_order_by(Attempt.order_id, Attempt.n)),
        )
        .join(Leg, Leg.id == Attempt.leg_id)
        .where(Leg.job_id == job_id, Attempt.sends > 0)
        .group_by(Attempt.leg_id)
    )
    return {
        leg_id: Orders(count, sent_at, acknowledged_at, tuple(one for one in ids if one))
        for leg_id, count, sent_at, acknowledged_at, ids in rows
    }


def filled_by_leg(session: Session, of: ColumnElement[bool]) -> dict[uuid.UUID, Filled]:
    """What some fills come to (`Fill.job_id == job.id`), by leg."""
    rows = session.execute(
        select(Fill.leg_id, Fill.fee_currency, func.sum(Fill.fee), func.max(Fill.executed_at))
        .where(of)
        .group_by(Fill.leg_id, Fill.fee_currency)
    )
    fees: dict[uuid.UUID, dict[str, Decimal]] = {}
    last: dict[uuid.UUID, datetime] = {}
    for leg_id, coin, amount, executed_at in rows:
        of_leg = fees.setdefault(leg_id, {})
        if amount != ZERO:
            of_leg[coin] = amount
        last[leg_id] = max(executed_at, last.get(leg_id, executed_at))
    return {leg_id: Filled(of_leg, last[leg_id]) for leg_id, of_leg in fees.items()}


def fees_of(leg: Leg, filled: Filled) -> Fees:
    """What a leg cost by coin; of a trimmed job the leg itself keeps it."""
    if leg.kept_fees is None:
        return filled.fees
    return {coin: Decimal(amount) for coin, amount in leg.kept_fees.items()}
