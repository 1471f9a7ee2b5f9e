"""The audit log: who did what, from where.

Entries and seals are only ever added: the database refuses anything else. So an entry names no
person. It holds the pseudonym that the person's row knows, and a salted hash of where the request
came from; both can be read while the person and the entry's origin are there, and tell nothing once
those are deleted.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    String,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.secrets_filter import scrub
from models.base import Base, CreatedAt
from models.users import User


class AuditEntry(Base):
    """One deed. `subject` names the thing it was done to, like `account:<id>`, a person by the
    pseudonym: `person:<pseudonym>`. `details` hold nothing that tells of a person."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_actor_id", "actor", "id"),
        Index("ix_audit_log_action_id", "action", "id"),
        Index("ix_audit_log_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[CreatedAt]
    actor: Mapped[uuid.UUID | None]
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    origin_hash: Mapped[str | None] = mapped_column(String(64))


class AuditOrigin(Base):
    """Where an entry's request came from; goes with the person."""

    __tablename__ = "audit_origins"

    entry_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("audit_log.id"), primary_key=True, autoincrement=False
    )
    salt: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(64))
    remote_addr: Mapped[str | None] = mapped_column(String(64))


class AuditSeal(Base):
    """A link of the hash chain: it covers the entries after the one before it, up to `last_id`."""

    __tablename__ = "audit_seals"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
    # Ids have gaps where transactions were rolled back: only these were there.
    entry_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[CreatedAt]


def origin_hash(salt: str, request_id: str | None, remote_addr: str | None) -> str:
    """What an entry keeps of its origin, SHA-256 in hex."""
    return hashlib.sha256(f"{salt}\n{request_id or ''}\n{remote_addr or ''}".encode()).hexdigest()


def person(pseudonym: uuid.UUID) -> str:
    """A person as a subject."""
    return f"person:{pseudonym}"


def record(
    session: Session,
    action: str,
    subject: str | None,
    *,
    user_id: uuid.UUID | None,
    details: dict[str, Any] | None = None,
    request_id: str | None = None,
    remote_addr: str | None = None,
) -> None:
    """Add an entry to the caller's transaction, in one trip; secrets in `details` are masked.
    `subject` None: the one who does it."""
    has_origin = request_id is not None or remote_addr is not None
    salt = secrets.token_hex(16) if has_origin else None
    session.execute(
        _RECORD,
        {
            "user_id": user_id,
            "action": action,
            "subject": subject,
            "details": json.dumps(scrub(details or {})),
            "salt": salt,
            "origin_hash": salt and origin_hash(salt, request_id, remote_addr),
            "request_id": request_id,
            "remote_addr": remote_addr,
        },
    )


# The person is held as a foreign key would: an origin is not added behind the back of their going.
_RECORD = text(
    """
    with actor as (
      select pseudonym from users where id = cast(:user_id as uuid) for key share
    ), entry as (
      insert into audit_log (actor, action, subject, details, origin_hash)
      values (
        (select pseudonym from actor), :action,
        coalesce(:subject, 'person:' || (select pseudonym from actor)),
        cast(:details as jsonb), :origin_hash
      )
      returning id
    )
    insert into audit_origins (entry_id, salt, request_id, remote_addr)
    select id, cast(:salt as text), :request_id, :remote_addr
    from entry where cast(:salt as text) is not null
    """
)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None is all."""

    user_id: uuid.UUID | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry with its origin and its person, where they are still known."""

    entry: AuditEntry
    origin: AuditOrigin | None
    user_id: uuid.UUID | None


def entries(
    session: Session, wanted: AuditFilter, *, before: int | None, limit: int
) -> Sequence[Told]:
    """The latest first; `before` is the id that the last page ended with."""
    query = (
        select(AuditEntry, AuditOrigin, User.id)
        .outerjoin(AuditOrigin, AuditOrigin.entry_id == AuditEntry.id)
        .outerjoin(User, User.pseudonym == AuditEntry.actor)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if wanted.user_id is not None:
        theirs = select(User.pseudonym).where(User.id == wanted.user_id).scalar_subquery()
        query = query.where(AuditEntry.actor == theirs)
    if wanted.action is not None:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [Told(*row) for row in session.execute(query)]
