"""Counts that survive everything: rows that triggers add in the transaction that makes them true.

A row says "so many more of this". Rows are only added, so no transaction waits for another's count;
now and then those of one kind are folded into one. The count is their sum, and it never falls: not
with retention, nor when a person goes. The triggers stand in migration 0019.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, Identity, Numeric, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

BATCH = 20_000


class Counted(StrEnum):
    """What is counted; in brackets its labels. Of taps each row names the bound of a bucket (not
    cumulative), and their seconds have a row of their own."""

    JOBS_ENDED = "jobs_ended"  # (state, kind)
    LEGS_ENDED = "legs_ended"  # (state)
    TAKEOVERS = "takeovers"  # ()
    TELEGRAM_SENDS = "telegram_sends"  # (outcome)
    TAPS = "taps"  # (le)
    TAP_SECONDS = "tap_seconds"  # ()


class Count(Base):
    """So many more of `name` with these labels."""

    __tablename__ = "counters"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    labels: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    amount: Mapped[Decimal] = mapped_column(Numeric)


Counts = Mapping[Counted, Mapping[tuple[str, ...], Decimal]]
"""Each count by its labels; what never happened is not there."""


def read(session: Session) -> Counts:
    """All counts, in one statement: they are of one moment. What only a later release counts, whose
    triggers stand already, is nothing to this one."""
    query = select(Count.name, Count.labels, func.sum(Count.amount).label("amount"))
    query = query.where(Count.name.in_(list(Counted)))
    found: dict[Counted, dict[tuple[str, ...], Decimal]] = {name: {} for name in Counted}
    for row in session.execute(query.group_by(Count.name, Count.labels)):
        found[Counted(row.name)][tuple(row.labels)] = row.amount
    return found


def fold(session: Session) -> int:
    """Replace rows of one kind by their sum, `BATCH` at a time; how many there were. In one
    statement, so nobody sees a count without them; safe in several processes at once."""
    return int(session.scalars(_FOLD, {"batch": BATCH}).one())


_FOLD = text(
    """
    with picked as (
      select id from counters order by id limit :batch for update skip locked
    ), gone as (
      delete from counters using picked where counters.id = picked.id
      returning counters.name, counters.labels, counters.amount
    ), folded as (
      insert into counters (name, labels, amount)
      select name, labels, sum(amount) from gone group by name, labels
    )
    select count(*) from gone
    """
)
