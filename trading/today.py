"""A person's day (UTC) in figures: what stepping aside saved, how often something was filled, when
last."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.numbers import ZERO
from models.fills import Fill
from models.jobs import Job
from models.states import JobKind

_DOLLARS = ("USDT", "USDC", "USD")


@dataclass(frozen=True, slots=True)
class Today:
    """`pnl`: the net result of restores that ended today, price, fees and funding, in the dollar
    coins; others are not converted. `trades`: today's fills. `last_trade`: the latest fill ever."""

    pnl: Decimal = ZERO
    trades: int = 0
    last_trade: datetime | None = None


def today(
    session: Session, user_ids: Sequence[uuid.UUID], since: datetime
) -> dict[uuid.UUID, Today]:
    """By person, for the day that began at `since`; who did nothing ever is left out."""
    fills = session.execute(
        select(
            Job.user_id,
            func.count().filter(Fill.executed_at >= since).label("trades"),
            func.max(Fill.executed_at).label("last"),
        )
        .join(Fill, Fill.job_id == Job.id)
        .where(Job.user_id.in_(user_ids))
        .group_by(Job.user_id)
    ).all()
    saved = _saved(session, user_ids, since)
    return {row.user_id: Today(saved.get(row.user_id, ZERO), row.trades, row.last) for row in fills}


def _saved(
    session: Session, user_ids: Sequence[uuid.UUID], since: datetime
) -> dict[uuid.UUID, Decimal]:
    rows = session.execute(
        select(Job.user_id, Job.receipt).where(
            Job.user_id.in_(user_ids), Job.kind == JobKind.RESTORE, Job.finished_at >= since
        )
    )
    found: dict[uuid.UUID, Decimal] = {}
    for user_id, receipt in rows:
        net = ((receipt or {}).get("round_trip") or {}).get("net", {})
        amounts = (Decimal(net[coin]) for coin in _DOLLARS if coin in net)
        found[user_id] = found.get(user_id, ZERO) + sum(amounts, ZERO)
    return found
