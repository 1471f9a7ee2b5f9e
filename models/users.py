"""People and their exchange accounts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.roles import Role
from models.base import Base, CreatedAt, Moment, RowId, words


class User(Base):
    """A person, known by Telegram."""

    __tablename__ = "users"

    id: Mapped[RowId]
    telegram_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    first_name: Mapped[str] = mapped_column(String(256), default="")
    last_name: Mapped[str] = mapped_column(String(256), default="")
    username: Mapped[str | None] = mapped_column(String(64))
    language_code: Mapped[str | None] = mapped_column(String(16))
    # Only what the person chose; the rest is the default of the day.
    settings: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default=text("'{}'")
    )
    role: Mapped[Role] = mapped_column(
        words(Role, "role"), default=Role.USER, server_default=Role.USER.value
    )
    # Stands for the person in the audit log, whose entries stay when the person goes.
    pseudonym: Mapped[uuid.UUID] = mapped_column(
        unique=True, server_default=text("gen_random_uuid()")
    )
    created_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt]


class Account(Base):
    """One Bybit API key pair. The tokens are emptied when the key is removed; the row stays,
    since jobs and snapshots refer to it."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(
            "removed_at is not null or (api_key_enc is not null and api_secret_enc is not null)",
            name="live_account_has_keys",
        ),
        CheckConstraint(
            "environment in ('mainnet', 'testnet', 'demo', 'sandbox')", name="environment"
        ),
        Index(
            "uq_accounts_default",
            "user_id",
            unique=True,
            postgresql_where=text("is_default and removed_at is null"),
        ),
        Index(
            "uq_accounts_key",
            "user_id",
            "environment",
            "key_fingerprint",
            unique=True,
            postgresql_where=text("removed_at is null"),
        ),
    )

    id: Mapped[RowId]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    label: Mapped[str] = mapped_column(String(64))
    environment: Mapped[str] = mapped_column(String(16))
    api_key_enc: Mapped[str | None]
    api_secret_enc: Mapped[str | None]
    api_key_tail: Mapped[str] = mapped_column(String(4))
    # HMAC of the key under the newest master secret's derivative: finds the same key again
    # without holding it.
    key_fingerprint: Mapped[str] = mapped_column(String(64))
    permissions: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    can_trade_spot: Mapped[bool]
    can_trade_futures: Mapped[bool]
    has_ip_list: Mapped[bool]
    expires_at: Mapped[Moment | None]
    checked_at: Mapped[Moment]
    is_default: Mapped[bool]
    # What no reduce of this account touches: a list of {symbol, keep_qty}, the quantity as text,
    # null for all of it.
    exempt: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )
    created_at: Mapped[CreatedAt]
    removed_at: Mapped[Moment | None]


def user_by_telegram_id(session: Session, telegram_id: int) -> User | None:
    return session.scalar(select(User).where(User.telegram_id == telegram_id))


def merge_settings(
    session: Session, user_id: uuid.UUID, changed: dict[str, Any]
) -> dict[str, Any] | None:
    """Lay these over the person's settings, in one statement: two changes at once both count. All
    that the person chose; None for one who is gone."""
    query = (
        update(User)
        .where(User.id == user_id)
        .values(settings=User.settings.op("||")(literal(changed, JSONB)))
        .returning(User.settings)
    )
    return session.scalar(query)


def live_accounts(session: Session, user_id: uuid.UUID) -> list[Account]:
    """The user's accounts that still have keys, oldest first."""
    query = (
        select(Account)
        .where(Account.user_id == user_id, Account.removed_at.is_(None))
        .order_by(Account.id)
    )
    return list(session.scalars(query))


def hold_live_accounts(
    session: Session, user_id: uuid.UUID, *, against_jobs: bool = False
) -> list[Account]:
    """The same, locked and as they are now. `against_jobs` also keeps a job of theirs from being
    accepted meanwhile."""
    query = (
        select(Account)
        .where(Account.user_id == user_id, Account.removed_at.is_(None))
        .order_by(Account.id)
        .with_for_update(key_share=not against_jobs)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def live_account(
    session: Session, user_id: uuid.UUID, account_id: uuid.UUID | None
) -> Account | None:
    """The named account of this user, or the default one; None where there is none."""
    query = select(Account).where(Account.user_id == user_id, Account.removed_at.is_(None))
    if account_id is None:
        query = query.where(Account.is_default)
    else:
        query = query.where(Account.id == account_id)
    return session.scalar(query)


def remove_keys(account: Account, at: datetime) -> None:
    """Forget the key pair for good; history stays readable."""
    account.api_key_enc = None
    account.api_secret_enc = None
    account.is_default = False
    account.removed_at = at
