"""The outbox: rows that say "ring the queue for this job", committed with the job."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment


class OutboxRow(Base):
    """One for each job that has not ended: when somebody should look after it next.

    A ring is owed from `ring_at` on, if nobody works on the job by then. The row goes with the
    job's end, so the table is as long as the queue and never longer.
    """

    __tablename__ = "outbox"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    ring_at: Mapped[Moment] = mapped_column(index=True)
    rings: Mapped[int] = mapped_column(default=0, server_default="0")
