"""Ask the exchange again what became of an ended job's orders, and compare with our records.

It only ever reads: where the exchange knows more than we do, the verification says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.logs import get_logger
from core.numbers import plain
from core.problems import Problem
from exchange.gateway import Gateway
from exchange.types import Category, Order
from exchange.types import Execution as Fact
from models.fills import Fill
from models.jobs import Attempt, Job, Leg
from models.states import ENDED_JOBS, AttemptState
from models.users import Account
from trading.bookkeeping import fee_coin
from trading.comparison import Execution, LegPair, OrderPair, Verdict, worst
from trading.desk import Desk
from trading.views import job_of_user

log = get_logger(__name__)

_AT_ONCE = 20
"""Orders that one caller looks up, one after the other, beside the other callers."""
_REACH = timedelta(days=7)
"""The exchange shows everything for at least so long; demo accounts keep nothing longer."""
_EARLY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An attempt of ours with its leg and what we stored of its fills."""

    attempt: Attempt
    leg: Leg
    fills: frozenset[Execution]

    @property
    def since(self) -> datetime:
        """When it can have reached the exchange at the earliest."""
        return self.attempt.sent_at or self.attempt.created_at

    @property
    def is_old(self) -> bool:
        return clock.utcnow() - self.since > _REACH

    @property
    def never_there(self) -> bool:
        return self.attempt.sends == 0 or self.attempt.state is AttemptState.NEVER_REACHED


@dataclass(frozen=True, slots=True)
class Told:
    """What the exchange shows of some attempts, by client order id."""

    orders: Mapping[str, Order]
    fills: Mapping[str, Sequence[Fact]]


def verify_job(desk: Desk, session: Session, user_id: uuid.UUID, job_id: uuid.UUID) -> Job:
    """The job with its verification, and a version of its own.

    Raises Problem `not_found`; (409) `job_not_ended`, `job_trimmed`, `account_removed`; and the
    gateway's reading errors, with nothing stored.
    """
    job, account = _verifiable(session, user_id, job_id)
    legs = session.scalars(select(Leg).where(Leg.job_id == job.id).order_by(Leg.seq)).all()
    records = _recorded(session, job.id)
    # No transaction stays open while the exchange is asked.
    session.commit()
    told = _ask(desk, desk.gateway(account), records)
    pairs = {
        leg.id: LegPair(
            Category(leg.category),
            leg.qty_filled,
            [_pair(item, told) for item in records if item.leg.id == leg.id],
        )
        for leg in legs
    }
    verification = _verification(legs, pairs, any(item.attempt.sends for item in records))
    return _store(session, job.id, verification)


def _verifiable(session: Session, user_id: uuid.UUID, job_id: uuid.UUID) -> tuple[Job, Account]:
    job = job_of_user(session, user_id, job_id)
    if job is None:
        raise Problem("not_found", 404)
    if job.state not in ENDED_JOBS:
        raise Problem("job_not_ended", 409)
    if job.trimmed_at is not None:
        raise Problem("job_trimmed", 409)
    account = session.get_one(Account, job.account_id)
    if account.removed_at is not None:
        raise Problem("account_removed", 409)
    return job, account


def _recorded(session: Session, job_id: uuid.UUID) -> list[Recorded]:
    """Every attempt of the job, also those that were never sent: of them nothing may be there."""
    fills: dict[uuid.UUID, set[Execution]] = {}
    for fill in session.scalars(select(Fill).where(Fill.job_id == job_id)):
        fills.setdefault(fill.attempt_id, set()).add(
            Execution(fill.exec_id, fill.qty, fill.price, fill.fee, fill.fee_currency)
        )
    rows = session.execute(
        select(Attempt, Leg)
        .join(Leg, Leg.id == Attempt.leg_id)
        .where(Leg.job_id == job_id)
        .order_by(Leg.seq, Attempt.n)
    )
    return [Recorded(attempt, leg, frozenset(fills.get(attempt.id, ()))) for attempt, leg in rows]


def _ask(desk: Desk, gateway: Gateway, records: Sequence[Recorded]) -> Told:
    """Look all of them up, several callers at once. Raises the gateway's reading errors."""
    calls = []
    for category in Category:
        items = [item for item in records if item.leg.category == category]
        for start in range(0, len(items), _AT_ONCE):
            calls.append(partial(_look_up, gateway, category, items[start : start + _AT_ONCE]))
    found: list[Told] = desk.couriers.all(calls)
    return Told(
        {link_id: order for told in found for link_id, order in told.orders.items()},
        {link_id: fills for told in found for link_id, fills in told.fills.items()},
    )


def _look_up(gateway: Gateway, category: Category, items: Sequence[Recorded]) -> Told:
    orders = gateway.find_orders(
        category, [(item.leg.symbol, item.attempt.order_link_id) for item in items]
    )
    with_fills = [order for order in orders.values() if order.filled_qty > 0]
    fills: dict[str, Sequence[Fact]] = {}
    if with_fills:
        fills.update(gateway.executions_of(category, with_fills))
    for item in items:
        link_id = item.attempt.order_link_id
        # Executions are kept for longer than the lists of orders; without a time they are shown
        # for the last days only.
        forgotten = item.is_old and len(fills.get(link_id, ())) < len(item.fills)
        if forgotten or (link_id not in orders and item.attempt.sends > 0):
            since = item.since - _EARLY if item.is_old else None
            fills[link_id] = gateway.executions(category, item.leg.symbol, link_id, since=since)
    return Told(orders, fills)


def _pair(item: Recorded, told: Told) -> OrderPair:
    link_id = item.attempt.order_link_id
    return OrderPair(
        ours=item.fills,
        theirs=frozenset(
            Execution(
                fact.exec_id,
                fact.qty,
                fact.price,
                fact.fee,
                fact.fee_currency or fee_coin(item.leg),
            )
            for fact in told.fills.get(link_id, ())
        ),
        order=told.orders.get(link_id),
        never_there=item.never_there,
        is_old=item.is_old,
    )


def _verification(
    legs: Sequence[Leg], pairs: Mapping[uuid.UUID, LegPair], anything_sent: bool
) -> dict[str, Any]:
    """What is stored (JSON, decimals as text)."""
    verdicts = {leg.id: pairs[leg.id].verdict() for leg in legs}
    verdict = worst(verdicts.values())
    if verdict is Verdict.AGREES and not anything_sent:
        verdict = Verdict.NOTHING_SENT
    return {
        "checked_at": clock.utcnow().isoformat(),
        "agrees": verdict.is_agreement,
        "code": verdict.value,
        "legs": [
            {
                "leg_id": str(leg.id),
                "symbol": leg.symbol,
                "verdict": verdicts[leg.id].value,
                "agrees": verdicts[leg.id].is_agreement,
                **_figures(pairs[leg.id]),
            }
            for leg in legs
        ],
    }


def _figures(pair: LegPair) -> dict[str, Any]:
    price = pair.avg_price_exchange
    return {
        "qty_ours": plain(pair.qty_ours),
        "qty_exchange": plain(pair.qty_exchange),
        "avg_price_exchange": None if price is None else plain(price),
        "fees_exchange": {coin: plain(fee) for coin, fee in pair.fees_exchange.items()},
    }


def _store(session: Session, job_id: uuid.UUID, verification: dict[str, Any]) -> Job:
    query = select(Job).where(Job.id == job_id).with_for_update()
    job = session.scalar(query, execution_options={"populate_existing": True})
    if job is None:
        raise Problem("not_found", 404)
    job.verification = verification
    job.version += 1
    session.commit()
    log.info("job.verified", job_id=str(job.id), verdict=verification["code"])
    return job
