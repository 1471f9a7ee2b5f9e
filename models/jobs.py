"""Jobs, their legs, and the attempts of a leg: what was asked, what is meant, what was sent."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from core.queue_names import JOBS_CHANNEL
from models.announcing import announce
from models.base import Amount, Base, CreatedAt, Moment, RowId, any_of, words
from models.states import (
    ENDED_JOBS,
    FILLED_JOBS,
    OPEN_ATTEMPTS,
    RUNNING_JOBS,
    TROUBLED_JOBS,
    AttemptState,
    JobKind,
    JobState,
    LegState,
    MarketType,
)

_ENDED = any_of("state", ENDED_JOBS)


class Job(Base):
    """One accepted request. `version` grows with every visible change: it is the ETag."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        CheckConstraint("percent > 0 and percent <= 100", name="percent"),
        CheckConstraint(f"({_ENDED}) = (finished_at is not null)", name="ended_has_time"),
        CheckConstraint("lease_epoch >= 0 and version >= 1", name="counters"),
        # One running job per account, even against a defect of ours.
        Index(
            "uq_jobs_running",
            "account_id",
            unique=True,
            postgresql_where=text(any_of("state", RUNNING_JOBS)),
        ),
        # The queue of an account.
        Index("ix_jobs_open", "account_id", "queue_no", postgresql_where=text(f"not ({_ENDED})")),
        # What retention has yet to look at.
        Index(
            "ix_jobs_untrimmed",
            "trim_after",
            postgresql_where=text("trim_after is not null and trimmed_at is null"),
        ),
        # The jobs that changed an account's book, by when.
        Index(
            "ix_jobs_filled",
            "account_id",
            "finished_at",
            postgresql_where=text(any_of("state", FILLED_JOBS)),
        ),
        Index("ix_jobs_user_id_id", "user_id", "id"),
        # Those an operator looks for: rare among the others.
        Index(
            "ix_jobs_troubled", "state", "id", postgresql_where=text(any_of("state", TROUBLED_JOBS))
        ),
    )

    id: Mapped[RowId]
    queue_no: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[JobKind] = mapped_column(words(JobKind, "kind"))
    market_type: Mapped[MarketType] = mapped_column(words(MarketType, "market_type"))
    state: Mapped[JobState] = mapped_column(words(JobState, "state"), default=JobState.QUEUED)
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    idempotency_key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    not_before: Mapped[Moment | None]
    # The end of the seconds to take it back, where there were any: a tap is measured from there.
    undo_until: Mapped[Moment | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[Moment | None]
    lease_epoch: Mapped[int] = mapped_column(default=0)
    # Why nothing goes on just now, and until when; for people and for nobody's decisions.
    wait_reason: Mapped[str | None] = mapped_column(String(32))
    wait_until: Mapped[Moment | None]

    effective_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_detail: Mapped[str | None] = mapped_column(String(512))
    receipt: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    # What the exchange told when it was asked again after the end (`trading.verify`).
    verification: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    # Where the trace of its acceptance stands (W3C Trace Context): its turns go on from there.
    traceparent: Mapped[str | None] = mapped_column(String(55))

    created_at: Mapped[CreatedAt]
    started_at: Mapped[Moment | None]
    planned_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    # Retention looks at the job from then on; once trimmed, its attempts and fills are gone.
    trim_after: Mapped[Moment | None]
    trimmed_at: Mapped[Moment | None]


def tell_of(session: Session, job: Job) -> None:
    """Announce after the commit that this job changed: for what moves its version by a statement
    of its own."""
    announce(session, JOBS_CHANNEL, f"{job.user_id} {job.id}")


@event.listens_for(Job.version, "set")
def _moved_on(job: Job, *_: object) -> None:
    session = object_session(job)
    if session is not None:
        tell_of(session, job)


class Leg(Base):
    """One position's share of a job. Immutable but for its state and what was filled."""

    __tablename__ = "legs"
    __table_args__ = (
        UniqueConstraint("job_id", "seq"),
        CheckConstraint("qty_filled >= 0 and qty_filled <= qty_planned", name="never_over_plan"),
        CheckConstraint("side in ('Buy', 'Sell')", name="side"),
        CheckConstraint("position_side in ('Buy', 'Sell')", name="position_side"),
        CheckConstraint("position_idx between 0 and 2", name="position_idx"),
        CheckConstraint("category in ('linear', 'inverse', 'spot')", name="category"),
        CheckConstraint("state <> 'filled' or qty_filled = qty_planned", name="filled_is_filled"),
        CheckConstraint("protection in ('pending', 'restored', 'failed')", name="protection"),
        CheckConstraint("state <> 'skipped' or qty_filled = 0", name="skipped_has_no_fill"),
        Index("ix_legs_snapshot_id", "snapshot_id"),
        Index("ix_legs_symbol_job_id", "symbol", "job_id"),
    )

    id: Mapped[RowId]
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id"))
    seq: Mapped[int]
    category: Mapped[str] = mapped_column(String(8))
    symbol: Mapped[str] = mapped_column(String(32))
    position_side: Mapped[str] = mapped_column(String(4))
    side: Mapped[str] = mapped_column(String(4))
    position_idx: Mapped[int]
    reduce_only: Mapped[bool]
    size_before: Mapped[Amount]
    qty_planned: Mapped[Amount]
    owed_qty: Mapped[Amount]
    max_order_qty: Mapped[Amount]
    # The rules planned by, so that a remainder is judged without asking the exchange again;
    # None where the instrument is gone.
    base_coin: Mapped[str] = mapped_column(String(32))
    settle_coin: Mapped[str] = mapped_column(String(32))
    min_qty: Mapped[Amount | None]
    min_notional: Mapped[Amount | None]
    limit_price: Mapped[Amount | None]
    price: Mapped[Amount]
    notional: Mapped[Amount]
    effective_percent: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    leverage: Mapped[Amount | None]
    take_profit: Mapped[Amount | None]
    stop_loss: Mapped[Amount | None]
    # What being out saved in funding until the plan was made (a restore's leg; settle coin), for
    # `owed_qty`; None where that is not known.
    funding: Mapped[Amount | None]
    # A restore's leg names the snapshot it gives back to; a reduce's leg makes one.
    snapshot_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("snapshots.id", use_alter=True)
    )

    state: Mapped[LegState] = mapped_column(words(LegState, "state"))
    reason: Mapped[str | None] = mapped_column(String(64))
    reason_detail: Mapped[str | None] = mapped_column(String(512))
    qty_filled: Mapped[Amount] = mapped_column(default=Decimal(0))
    avg_price: Mapped[Amount | None]
    # Whether a restored position got its stop-loss and take-profit back; None: it had none.
    protection: Mapped[str | None] = mapped_column(String(16))
    finished_at: Mapped[Moment | None]
    # What attempts and fills told, kept when retention removes them: orders sent, fees by coin.
    kept_attempts: Mapped[int | None]
    kept_fees: Mapped[dict[str, str] | None] = mapped_column(JSONB)


class Attempt(Base):
    """One order for one leg, under an id that only (leg, n) decides."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("leg_id", "n"),
        UniqueConstraint("order_link_id"),
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("qty_filled >= 0 and qty_filled <= qty", name="never_over_filled"),
        CheckConstraint("n >= 1", name="n"),
        # Attempt n + 1 exists only after attempt n is terminal at the exchange.
        Index(
            "uq_attempts_open",
            "leg_id",
            unique=True,
            postgresql_where=text(any_of("state", OPEN_ATTEMPTS)),
        ),
    )

    id: Mapped[RowId]
    leg_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("legs.id"))
    n: Mapped[int]
    order_link_id: Mapped[str] = mapped_column(String(36))
    qty: Mapped[Amount]
    state: Mapped[AttemptState] = mapped_column(words(AttemptState, "state"))
    order_id: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[int | None]
    message: Mapped[str | None] = mapped_column(String(512))
    reason: Mapped[str | None] = mapped_column(String(64))
    qty_filled: Mapped[Amount] = mapped_column(default=Decimal(0))
    sends: Mapped[int] = mapped_column(default=0)
    # How often the exchange was asked what became of it, as far as that was written down.
    look_ups: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # Of those, how many found nobody who knew it; and how often the exchange answered to a sending
    # (or did not): so that two equal ones are two things that happened.
    misses: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    answers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    sent_at: Mapped[Moment | None]
    # The latest moment at which the exchange can still take a request made for this attempt.
    fence_until: Mapped[Moment | None]
    retry_at: Mapped[Moment | None]
    created_at: Mapped[CreatedAt]
    acknowledged_at: Mapped[Moment | None]
    settled_at: Mapped[Moment | None]
