"""What a book was worth at one moment, long and short: samples for a picture over time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    CursorResult,
    ForeignKey,
    Index,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Amount, Base, CreatedAt, words
from models.states import MarketType
from models.users import Account, User


class Exposure(Base):
    """One sample. `long_value` and `short_value` in dollars, both positive."""

    __tablename__ = "exposures"
    __table_args__ = (
        CheckConstraint("long_value >= 0 and short_value >= 0", name="not_negative"),
        Index("ix_exposures_at", "at"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    market_type: Mapped[MarketType] = mapped_column(
        words(MarketType, "market_type"), primary_key=True
    )
    at: Mapped[CreatedAt] = mapped_column(primary_key=True)
    long_value: Mapped[Amount]
    short_value: Mapped[Amount]


@dataclass(frozen=True, slots=True)
class Sides:
    """Dollars held long and short."""

    long_value: Decimal
    short_value: Decimal


@dataclass(frozen=True, slots=True)
class Sample:
    """What was held at one moment."""

    at: datetime
    long_value: Decimal
    short_value: Decimal


def record(session: Session, account_id: uuid.UUID, market: MarketType, sides: Sides) -> None:
    """A sample at the time of the caller's transaction."""
    session.execute(
        insert(Exposure)
        .values(
            account_id=account_id,
            market_type=market,
            at=func.now(),
            long_value=sides.long_value,
            short_value=sides.short_value,
        )
        .on_conflict_do_nothing()
    )


def record_if_due(
    session: Session, account_id: uuid.UUID, market: MarketType, sides: Sides, every: timedelta
) -> None:
    """A sample, unless there is one that is younger than `every`: in one statement."""
    lately = exists().where(
        Exposure.account_id == account_id,
        Exposure.market_type == market,
        Exposure.at > func.now() - every,
    )
    sample = select(
        literal(account_id, Exposure.account_id.type),
        literal(market, Exposure.market_type.type),
        func.now(),
        literal(sides.long_value, Exposure.long_value.type),
        literal(sides.short_value, Exposure.short_value.type),
    ).where(~lately)
    session.execute(insert(Exposure).from_select(_COLUMNS, sample).on_conflict_do_nothing())


def record_change(
    session: Session, account_id: uuid.UUID, market: MarketType, since: datetime, by: Sides
) -> None:
    """The sample of that very moment, changed by so much, as one of now."""
    sample = select(
        Exposure.account_id,
        Exposure.market_type,
        func.now(),
        func.greatest(0, Exposure.long_value + by.long_value),
        func.greatest(0, Exposure.short_value + by.short_value),
    ).where(Exposure.account_id == account_id, Exposure.market_type == market, Exposure.at == since)
    session.execute(insert(Exposure).from_select(_COLUMNS, sample).on_conflict_do_nothing())


def series(
    session: Session, account_id: uuid.UUID, market: MarketType, since: datetime, most: int
) -> list[Sample]:
    """The samples since then, oldest first; of more than `most` (at least 2) the first, the last
    and evenly some between."""
    found = (
        select(
            Exposure.at,
            Exposure.long_value,
            Exposure.short_value,
            (func.row_number().over(order_by=Exposure.at) - 1).label("n"),
            func.count().over().label("total"),
        )
        .where(
            Exposure.account_id == account_id,
            Exposure.market_type == market,
            Exposure.at >= since,
        )
        .subquery()
    )
    gaps = func.greatest(1, found.c.total - 1)
    # A sample stays where it is the first to reach the next of `most` even marks.
    mark = func.div(found.c.n * (most - 1), gaps)
    mark_before = func.div((found.c.n - 1) * (most - 1), gaps)
    rows = session.execute(
        select(found.c.at, found.c.long_value, found.c.short_value)
        .where(or_(found.c.total <= most, found.c.n == 0, mark != mark_before))
        .order_by(found.c.at)
    )
    return [Sample(*row) for row in rows]


def accounts_to_sample(
    session: Session, *, seen: timedelta, fresh: timedelta
) -> Sequence[tuple[Account, MarketType]]:
    """The books of people seen lately that have no fresh sample."""
    found: list[tuple[Account, MarketType]] = []
    for market, may_trade in (
        (MarketType.FUTURES, Account.can_trade_futures),
        (MarketType.SPOT, Account.can_trade_spot),
    ):
        sampled = exists().where(
            Exposure.account_id == Account.id,
            Exposure.market_type == market,
            Exposure.at > func.now() - fresh,
        )
        rows = session.scalars(
            select(Account)
            .join(User, User.id == Account.user_id)
            .where(
                Account.removed_at.is_(None),
                may_trade,
                User.last_seen_at > func.now() - seen,
                ~sampled,
            )
            .order_by(Account.id)
        )
        found += [(account, market) for account in rows]
    return found


def remove_before(session: Session, age: timedelta, most: int) -> int:
    """Remove samples older than that, so many at most; how many went."""
    key = tuple_(Exposure.account_id, Exposure.market_type, Exposure.at)
    old = (
        select(Exposure.account_id, Exposure.market_type, Exposure.at)
        .where(Exposure.at < func.now() - age)
        .order_by(Exposure.at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    gone: CursorResult[Any] = session.execute(  # type: ignore[assignment] # a delete has a rowcount
        delete(Exposure).where(key.in_(old)).execution_options(synchronize_session=False)
    )
    return gone.rowcount


_COLUMNS = ["account_id", "market_type", "at", "long_value", "short_value"]
