"""Second factors of a person: TOTP with its recovery codes, a PIN, and the worth of a job above
which one of them is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Integer,
    String,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Amount, Base, CreatedAt, Moment
from models.users import User

ENCRYPTED = ("totp_pending_enc", "totp_enc", "pin_enc")


class SecondFactor(Base):
    """A person's second factors; no row until one is begun. What ends in `_enc` stands under the
    vault."""

    __tablename__ = "second_factors"
    __table_args__ = (
        CheckConstraint("confirm_over >= 0", name="confirm_over"),
        CheckConstraint(
            "confirm_over is null or totp_enc is not null or pin_enc is not null",
            name="confirmed_by_a_factor",
        ),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    # Shown, and not proved yet that an authenticator holds it.
    totp_pending_enc: Mapped[str | None]
    totp_enc: Mapped[str | None]
    # The time step of the last code that was taken: it, and every older one, is spent.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    code_wrong: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    code_wrong_at: Mapped[Moment | None]
    # An argon2id hash, under the vault too: ten thousand PINs are soon tried on a bare hash.
    pin_enc: Mapped[str | None]
    pin_wrong: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    pin_wrong_at: Mapped[Moment | None]
    # In dollars; null: no job is asked about.
    confirm_over: Mapped[Amount | None]
    created_at: Mapped[CreatedAt]

    @property
    def tokens(self) -> dict[str, str]:
        """What stands under the vault, by its column."""
        held = {name: getattr(self, name) for name in ENCRYPTED}
        return {name: token for name, token in held.items() if token is not None}


class RecoveryCode(Base):
    """A code that stands in for the authenticator once; the row goes with its use."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    # HMAC-SHA256 of the code under the TOTP secret, in hex.
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[CreatedAt]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person has set up."""

    totp: bool = False
    pin: bool = False
    recovery_codes_left: int = 0
    confirm_over: Decimal | None = None


def standing(session: Session, user_id: uuid.UUID) -> Standing:
    """What the person has set up now, in one trip."""
    left = (
        select(func.count())
        .where(RecoveryCode.user_id == user_id)
        .correlate(None)
        .scalar_subquery()
    )
    query = select(
        SecondFactor.totp_enc.is_not(None),
        SecondFactor.pin_enc.is_not(None),
        left,
        SecondFactor.confirm_over,
    ).where(SecondFactor.user_id == user_id)
    row = session.execute(query).one_or_none()
    return Standing() if row is None else Standing(*row)


def has_totp(session: Session, user_id: uuid.UUID) -> bool:
    query = select(SecondFactor.totp_enc.is_not(None)).where(SecondFactor.user_id == user_id)
    return bool(session.scalar(query))


def confirm_over(session: Session, user_id: uuid.UUID) -> Decimal | None:
    """Above what worth of a job the person is asked, by primary key; None: never."""
    query = select(SecondFactor.confirm_over).where(SecondFactor.user_id == user_id)
    return session.scalar(query)


def hold(session: Session, user_id: uuid.UUID) -> SecondFactor | None:
    """The person's row, locked and as it is now. The person is held first, as whoever deletes them
    does: the two never wait for each other."""
    session.execute(
        select(User.id).where(User.id == user_id).with_for_update(key_share=True, read=True)
    )
    query = (
        select(SecondFactor)
        .where(SecondFactor.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def hold_or_begin(session: Session, user_id: uuid.UUID) -> SecondFactor | None:
    """The same, with a row made where there was none; None for a person who is gone."""
    person = select(User.id).where(User.id == user_id).with_for_update(key_share=True, read=True)
    if session.scalar(person) is None:
        return None
    session.execute(insert_or(SecondFactor).values(user_id=user_id).on_conflict_do_nothing())
    return hold(session, user_id)


def second_factors_after(
    session: Session, after: uuid.UUID | None, limit: int
) -> Sequence[SecondFactor]:
    """A portion of everybody's rows, by person."""
    query = select(SecondFactor).order_by(SecondFactor.user_id).limit(limit)
    if after is not None:
        query = query.where(SecondFactor.user_id > after)
    return session.scalars(query).all()


def replace_factor_tokens(session: Session, was: SecondFactor, tokens: Mapping[str, str]) -> bool:
    """Store the same secrets under other tokens, unless the row changed since it was read: no lock
    is held in between."""
    same = [
        getattr(SecondFactor, name).is_not_distinct_from(was.tokens.get(name)) for name in ENCRYPTED
    ]
    changed = session.execute(
        update(SecondFactor)
        .where(SecondFactor.user_id == was.user_id, *same)
        .values(dict(tokens))
        .returning(SecondFactor.user_id),
        execution_options={"synchronize_session": False},
    )
    return changed.first() is not None


def replace_recovery_codes(session: Session, user_id: uuid.UUID, hashes: Sequence[str]) -> None:
    """These, and no others, are good from now on."""
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == user_id),
        execution_options={"synchronize_session": False},
    )
    if hashes:
        session.execute(
            insert(RecoveryCode), [{"user_id": user_id, "code_hash": one} for one in hashes]
        )


def spend_recovery_code(session: Session, user_id: uuid.UUID, code_hash: str) -> bool:
    """Whether it was good; it is not any more."""
    gone = (
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash)
        .returning(RecoveryCode.user_id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(gone) is not None
