"""The outbox: rows that say "ring the queue for this job", committed with the job."""

from __future__ import annotations

import uuid

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, CreatedAt, Moment


class OutboxRow(Base):
    """One ring that is owed to a job; done when `published_at` is set."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_unpublished", "id", postgresql_where=text("published_at is null")),
        Index("ix_outbox_job_id", "job_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id"))
    created_at: Mapped[CreatedAt]
    published_at: Mapped[Moment | None]
