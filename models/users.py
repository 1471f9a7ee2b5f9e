"""People and their exchange accounts."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.roles import Role
from core.texts import negotiate
from models.base import Base, CreatedAt, Moment, RowId, words


class User(Base):
    """A person, known by Telegram, by an e-mail address (`models.emails`), or by both."""

    __tablename__ = "users"

    id: Mapped[RowId]
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
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
    # Since when the person wants no requests of browsers to be signed in; null while they do.
    approvals_blocked_at: Mapped[Moment | None]
    # The bot that may write to the person: the one they wrote to last; null while none may.
    bot_id: Mapped[int | None] = mapped_column(BigInteger)
    # Since when Telegram refuses what it writes; null again once the person writes to it.
    bot_refused_at: Mapped[Moment | None]
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
    # When the exchange last told what the key may do, or that it refuses it.
    checked_at: Mapped[Moment]
    can_withdraw: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # The addresses that the key is bound to; null where they were never noted.
    ips: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    # Why the exchange refuses the key, in our word; null while it does not.
    refused_reason: Mapped[str | None] = mapped_column(String(32))
    is_default: Mapped[bool]
    # What no reduce of this account touches: a list of {symbol, keep_qty}, the quantity as text,
    # null for all of it.
    exempt: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )
    created_at: Mapped[CreatedAt]
    removed_at: Mapped[Moment | None]


def remember(
    session: Session,
    telegram_id: int,
    *,
    first_name: str,
    last_name: str,
    username: str | None,
    language_code: str | None,
) -> tuple[uuid.UUID, Role]:
    """The row of one whom Telegram vouched for, made or brought up to date; two first times at once
    make one."""
    known = {
        "first_name": first_name,
        "last_name": last_name,
        "username": username,
        "language_code": language_code,
    }
    row = session.execute(
        insert(User)
        .values(telegram_id=telegram_id, **known)
        .on_conflict_do_update(
            index_elements=["telegram_id"], set_={**known, "last_seen_at": func.now()}
        )
        .returning(User.id, User.role)
    ).one()
    return row.id, row.role


def language_of(user: User) -> str:
    """The language to write to a person in: the one they chose, else the one Telegram told."""
    chosen = user.settings.get("language")
    return str(chosen) if chosen else negotiate(user.language_code)


def user_by_telegram_id(session: Session, telegram_id: int) -> User | None:
    return session.scalar(select(User).where(User.telegram_id == telegram_id))


def user_by_pseudonym(session: Session, pseudonym: uuid.UUID) -> User | None:
    """Who the audit log's actor is; None once they are gone."""
    return session.scalar(select(User).where(User.pseudonym == pseudonym))


def hold(session: Session, user_id: uuid.UUID) -> User | None:
    """The person as they are now, locked; None for one who is gone."""
    query = select(User).where(User.id == user_id).with_for_update(key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))


def hold_by_telegram_id(session: Session, telegram_id: int) -> uuid.UUID | None:
    """The person's id; they can't be deleted meanwhile."""
    query = select(User.id).where(User.telegram_id == telegram_id)
    return session.scalar(query.with_for_update(read=True, key_share=True))


def block_approvals(session: Session, user_id: uuid.UUID, blocked: bool) -> bool | None:
    """Whether that changed anything; None for one who is gone."""
    mine = update(User).where(User.id == user_id)
    known = User.approvals_blocked_at
    wanted = known.is_(None) if blocked else known.is_not(None)
    change = mine.where(wanted).values(approvals_blocked_at=func.now() if blocked else None)
    if session.scalar(change.returning(User.id)) is not None:
        return True
    return None if session.scalar(select(User.id).where(User.id == user_id)) is None else False


def note_heard(session: Session, telegram_id: int, bot_id: int) -> None:
    """The person wrote to the bot: it may write to them."""
    session.execute(
        update(User)
        .where(
            User.telegram_id == telegram_id,
            or_(User.bot_id.is_distinct_from(bot_id), User.bot_refused_at.is_not(None)),
        )
        .values(bot_id=bot_id, bot_refused_at=None)
        .execution_options(synchronize_session=False)
    )


def note_allowed(session: Session, user_id: uuid.UUID, bot_id: int, held: Collection[int]) -> None:
    """Telegram says that the bot may write to the person: where none of those that are `held` did
    yet, it will."""
    session.execute(
        update(User)
        .where(User.id == user_id, or_(User.bot_id.is_(None), User.bot_id.not_in(held)))
        .values(bot_id=bot_id, bot_refused_at=None)
        .execution_options(synchronize_session=False)
    )


def note_refused(session: Session, telegram_id: int, bot_id: int) -> None:
    """Telegram lets the bot write to the person no more."""
    session.execute(
        update(User)
        .where(User.telegram_id == telegram_id, User.bot_id == bot_id)
        .values(bot_refused_at=func.coalesce(User.bot_refused_at, func.now()))
        .execution_options(synchronize_session=False)
    )


def merge_settings(
    session: Session, user_id: uuid.UUID, changed: dict[str, Any]
) -> dict[str, Any] | None:
    """Lay these over the person's settings, in one statement: two changes at once both count, those
    within `notify` too. All that the person chose; None for one who is gone."""
    merged = User.settings.op("||")(literal(changed, JSONB))
    if "notify" in changed:
        kinds = func.coalesce(User.settings["notify"], literal({}, JSONB))
        whole = kinds.op("||")(literal(changed["notify"], JSONB))
        merged = merged.op("||")(func.jsonb_build_object("notify", whole))
    query = update(User).where(User.id == user_id).values(settings=merged).returning(User.settings)
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


def hold_live_account(session: Session, account_id: uuid.UUID) -> Account | None:
    """One live account of whomever, locked and as it is now."""
    query = (
        select(Account)
        .where(Account.id == account_id, Account.removed_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def hold_for_job(session: Session, account_id: uuid.UUID) -> None:
    """Hold the account as a job's foreign key does: it neither goes nor loses its key meanwhile."""
    query = select(Account.id).where(Account.id == account_id)
    session.execute(query.with_for_update(read=True, key_share=True))


def keys_to_check(session: Session, age: timedelta, most: int) -> Sequence[Account]:
    """Everybody's live accounts whose keys were not checked for so long, the longest first."""
    query = (
        select(Account)
        .where(Account.removed_at.is_(None), Account.checked_at < func.now() - age)
        .order_by(Account.checked_at)
        .limit(most)
    )
    return session.scalars(query).all()


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


def key_is_connected(
    session: Session, user_id: uuid.UUID, environment: str, fingerprints: Sequence[str]
) -> bool:
    """Whether a live account of the user there has one of these fingerprints."""
    query = (
        select(Account.id)
        .where(
            Account.user_id == user_id,
            Account.environment == environment,
            Account.key_fingerprint.in_(fingerprints),
            Account.removed_at.is_(None),
        )
        .limit(1)
    )
    return session.scalar(query) is not None


def live_accounts_after(session: Session, after: uuid.UUID | None, limit: int) -> list[Account]:
    """A portion of everybody's live accounts, by id."""
    query = select(Account).where(Account.removed_at.is_(None)).order_by(Account.id).limit(limit)
    if after is not None:
        query = query.where(Account.id > after)
    return list(session.scalars(query))


def replace_tokens(
    session: Session, was: Account, api_key: str, api_secret: str, fingerprint: str | None
) -> bool:
    """Store the same key pair under other tokens, unless the row changed since it was read: no
    lock is held in between. `fingerprint` None leaves it as it is."""
    query = update(Account).where(
        Account.id == was.id,
        Account.api_key_enc == was.api_key_enc,
        Account.api_secret_enc == was.api_secret_enc,
    )
    values = {"api_key_enc": api_key, "api_secret_enc": api_secret}
    if fingerprint is not None:
        values["key_fingerprint"] = fingerprint
    changed = session.execute(
        query.values(values).returning(Account.id),
        execution_options={"synchronize_session": False},
    )
    return changed.first() is not None


def remove_keys(account: Account, at: datetime) -> None:
    """Forget the key pair for good; history stays readable."""
    account.api_key_enc = None
    account.api_secret_enc = None
    account.is_default = False
    account.removed_at = at
