"""What happened, for those who listen: kept for some days, numbered in the order of the commits.

Whoever tells holds a lock until the end of their transaction, so an event's id is larger than that
of every event committed before: who has read up to an id has missed nothing below it. Tell last in
a transaction, since it lets no other teller go on.

What is told to everybody is nobody's row, so no person's transaction sees it: these functions act
in the system's scope, and ask for the person by their own conditions.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    String,
    case,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.queue_names import EVENTS_CHANNEL
from core.secrets_filter import scrub
from models.announcing import announce
from models.base import Base, CreatedAt
from models.row_security import system_scope

_LOCK = 0x65627665
"""The advisory lock of whoever tells: "ebve"."""
_BATCH = 5000


class Event(Base):
    """Something to tell; `user_id` null: to everybody."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_user_id_id", "user_id", "id"),
        Index("ix_events_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[CreatedAt]


class EventStream(Base):
    """One row: which stream the ids belong to, and what is gone of it."""

    __tablename__ = "event_stream"

    one: Mapped[int] = mapped_column(primary_key=True, default=1)
    epoch: Mapped[uuid.UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    trimmed_to: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class EventCursor(Base):
    """What has arrived at a person: all of theirs after `since`, up to `acked`."""

    __tablename__ = "event_cursors"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger)
    acked: Mapped[int] = mapped_column(BigInteger, index=True)
    acked_at: Mapped[CreatedAt]


@dataclass(frozen=True, slots=True)
class Stream:
    """`last` is the newest event's id; those up to `trimmed_to` are gone."""

    epoch: str
    last: int
    trimmed_to: int


@dataclass(frozen=True, slots=True)
class Ack:
    """All of a person's events after `since` and up to `acked` have arrived."""

    since: int
    acked: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many people an event has reached, as far as they said so."""

    event: Event
    acked: int


def tell(session: Session, user_id: uuid.UUID | None, kind: str, data: Mapping[str, Any]) -> int:
    """Tell a person, or everybody, in the caller's transaction; the event's id. A `toast`'s data
    are its words (`title`, …); every other kind's data arrive as the message's `data`. Secrets
    are masked."""
    with system_scope(session):
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        made = session.scalars(
            insert(Event)
            .values(user_id=user_id, kind=kind, data=scrub(dict(data)))
            .returning(Event.id)
        ).one()
    announce(session, EVENTS_CHANNEL, str(made))
    return made


def stream(session: Session) -> Stream:
    """Which stream it is, and how far it goes."""
    with system_scope(session):
        found = session.scalar(select(EventStream))
        if found is None:
            session.execute(insert(EventStream).values(one=1).on_conflict_do_nothing())
            found = session.scalars(select(EventStream)).one()
        last = session.scalar(select(func.max(Event.id)))
    return Stream(str(found.epoch), last or found.trimmed_to, found.trimmed_to)


def after(session: Session, event_id: int, limit: int) -> Sequence[Event]:
    """Everybody's events after this one, the oldest first."""
    with system_scope(session):
        query = select(Event).where(Event.id > event_id).order_by(Event.id).limit(limit)
        return session.scalars(query).all()


def for_person(
    session: Session, user_id: uuid.UUID, *, after: int, upto: int | None = None, limit: int
) -> Sequence[Event]:
    """What was told to this person or to everybody after an event, the oldest first."""
    query = (
        select(Event)
        .where(Event.id > after, or_(Event.user_id == user_id, Event.user_id.is_(None)))
        .order_by(Event.id)
        .limit(limit)
    )
    if upto is not None:
        query = query.where(Event.id <= upto)
    with system_scope(session):
        return session.scalars(query).all()


def keep_acks(session: Session, acks: Mapping[uuid.UUID, Ack]) -> None:
    """Note what has arrived. What goes on where the former ended is one stretch with it."""
    if not acks:
        return
    # In one order, or two processes could wait for each other.
    rows = [
        {"user_id": user_id, "since": acks[user_id].since, "acked": acks[user_id].acked}
        for user_id in sorted(acks)
    ]
    given = insert(EventCursor).values(rows)
    goes_on = given.excluded.since <= EventCursor.acked
    with system_scope(session):
        session.execute(
            given.on_conflict_do_update(
                index_elements=["user_id"],
                set_={
                    "since": case(
                        (goes_on, func.least(EventCursor.since, given.excluded.since)),
                        else_=given.excluded.since,
                    ),
                    "acked": given.excluded.acked,
                    "acked_at": func.now(),
                },
                where=(given.excluded.acked > EventCursor.acked),
            )
        )


def delivery(session: Session, event_id: int) -> Delivery | None:
    """Whom an event has reached; None where there is none."""
    with system_scope(session):
        event = session.get(Event, event_id)
        if event is None:
            return None
        reached = select(func.count()).where(
            EventCursor.since < event_id, EventCursor.acked >= event_id
        )
        if event.user_id is not None:
            reached = reached.where(EventCursor.user_id == event.user_id)
        return Delivery(event, session.scalar(reached) or 0)


def trim(session: Session, days: int) -> int:
    """Remove what is older than so many days; how many went at this time."""
    with system_scope(session):
        # In front of all the others: an id that stands in no row any more is never missed.
        old = (
            select(Event.id)
            .where(Event.created_at < func.now() - timedelta(days=days))
            .order_by(Event.id)
            .limit(_BATCH)
        )
        gone = session.scalars(delete(Event).where(Event.id.in_(old)).returning(Event.id)).all()
        if gone:
            stream(session)
            session.execute(
                update(EventStream).values(
                    trimmed_to=func.greatest(EventStream.trimmed_to, max(gone))
                )
            )
    return len(gone)
