"""What happened to jobs, in order: told by triggers (migrations 0020, 0025) in the transaction that
makes it true, so that what trades need not think of it; and calls that no row tells of, by whoever
made them. Goes with a job's attempts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Moment


class Happened(StrEnum):
    """In brackets what `data` holds beside a job's `epoch`, or an attempt's `state` and `sends`."""

    CLAIMED = "claimed"  # owner
    TAKEN_OVER = "taken_over"  # owner, from: whose lease ran out
    GIVEN_BACK = "given_back"  # owner, reason and until: why it waits
    PLANNED = "planned"
    CANCEL_REQUESTED = "cancel_requested"
    ENDED = "ended"  # state, code
    SENT = "sent"
    ANSWERED = "answered"  # code, message, reason, filled
    LOOKED_UP = "looked_up"  # filled, reason; found: "no" where nobody knew the order
    SETTLED = "settled"  # filled, reason: what look-ups came to
    # By the worker itself (`trading.calls`): method, outcome, ms, code, message; no `state`.
    CALLED = "called"
    PROTECTED = "protected"  # whether a restored position has its stops; `state` alone


class JobEvent(Base):
    """One of them."""

    __tablename__ = "job_events"
    __table_args__ = (
        Index("ix_job_events_job_id_id", "job_id", "id"),
        # What is counted by the minute.
        Index(
            "ix_job_events_rates", "at", postgresql_where=text("kind in ('ended', 'taken_over')")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    leg_id: Mapped[uuid.UUID | None]
    attempt_id: Mapped[uuid.UUID | None]
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


def of_job(session: Session, job_id: uuid.UUID, most: int) -> Sequence[JobEvent]:
    """The job's, in the order in which they happened. Where there are more than `most` the earliest
    are left out: how it ended is asked for more often than how it began."""
    query = select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.id.desc())
    return session.scalars(query.limit(most)).all()[::-1]
