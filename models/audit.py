"""The audit log: who did what, from where. Rows are only ever added; one who
deletes themselves is taken out of theirs."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.secrets_filter import scrub
from models.base import Base, CreatedAt


class AuditEntry(Base):
    """One deed. `subject` names the thing it was done to, like `account:<id>`."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_user_id_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[CreatedAt]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(64))
    remote_addr: Mapped[str | None] = mapped_column(INET)


def record(
    session: Session,
    action: str,
    subject: str,
    *,
    user_id: uuid.UUID | None,
    details: dict[str, Any] | None = None,
    request_id: str | None = None,
    remote_addr: str | None = None,
) -> None:
    """Add an entry to the caller's transaction; secrets in `details` are masked."""
    session.add(
        AuditEntry(
            action=action,
            subject=subject,
            user_id=user_id,
            details=scrub(details or {}),
            request_id=request_id,
            remote_addr=remote_addr,
        )
    )
