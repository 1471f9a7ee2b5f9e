"""Messages that a bot owes to a chat: written with the fact that they tell, sent afterwards.

`owed → sending → sent | refused | unknown`. A message has no idempotency key at Telegram, so one
whose answer got lost is `unknown` and is not repeated: better none than two. Edits, pins and unpins
may be repeated, and are.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    SmallInteger,
    String,
    Text,
    and_,
    func,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.ids import new_id
from core.queue_names import BOT_CHANNEL
from models.base import Base, CreatedAt, Moment, RowId, words
from models.waking import wake

WITHDRAWN = "it was taken back"
SHOWN = timedelta(days=7)
"""For so long operators are shown what was not sent."""


class SendState(StrEnum):
    """`owed`: to be sent, at `not_before` or later. `sending`: a worker is at it. `refused`:
    Telegram will not (`description` says why), or `not_after` has passed. `unknown`: it may have
    been sent."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Deed(StrEnum):
    """What is done: a new message, or something to one that is there."""

    MESSAGE = "message"
    EDIT = "edit"
    PIN = "pin"
    UNPIN = "unpin"


class Priority(IntEnum):
    """What goes first where a bot may not send everything at once: the lower number."""

    PERSON = 0
    COMMUNITY = 10


_OPEN = sql("state in ('owed', 'sending')")


class BotSend(Base):
    """One message of a bot, or one deed to a message."""

    __tablename__ = "bot_sends"
    __table_args__ = (
        Index("ix_bot_sends_ring_at", "ring_at", postgresql_where=_OPEN),
        Index("ix_bot_sends_priority_ring_at", "priority", "ring_at", postgresql_where=_OPEN),
        Index("ix_bot_sends_bot_id_chat_id_id", "bot_id", "chat_id", "id", postgresql_where=_OPEN),
        Index("ix_bot_sends_under_way", "bot_id", postgresql_where=sql("state = 'sending'")),
        Index("ix_bot_sends_bot_id_began_at", "bot_id", "began_at"),
        Index("ix_bot_sends_user_id", "user_id"),
        Index("ix_bot_sends_bot_id_chat_id_began_at", "bot_id", "chat_id", "began_at"),
        Index("ix_bot_sends_created_at", "created_at"),
        Index("ix_bot_sends_sent_at", "sent_at", postgresql_where=sql("state = 'sent'")),
    )

    id: Mapped[RowId]
    bot_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    # The Bot API's reply_markup.
    buttons: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    deed: Mapped[Deed] = mapped_column(
        words(Deed, "deed"), default=Deed.MESSAGE, server_default=Deed.MESSAGE.value
    )
    priority: Mapped[int] = mapped_column(
        SmallInteger, default=Priority.PERSON, server_default=sql("0")
    )
    # The message that is edited, pinned or unpinned: by the send that made it, or by its number.
    # Both null: a new message.
    edits_send: Mapped[uuid.UUID | None]
    edits_message: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[SendState] = mapped_column(
        words(SendState, "state"), default=SendState.OWED, server_default=SendState.OWED.value
    )
    # The message's number in its chat, once it is there.
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    description: Mapped[str | None] = mapped_column(String(256))
    created_at: Mapped[CreatedAt]
    not_before: Mapped[CreatedAt]
    not_after: Mapped[Moment] = mapped_column(server_default=sql("now() + interval '1 day'"))
    began_at: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    # Since when operators no longer want to see that it was not sent.
    discarded_at: Mapped[Moment | None]
    tries: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    # When a worker is told of it next, if it is still open then.
    ring_at: Mapped[CreatedAt]
    rings: Mapped[int] = mapped_column(default=0, server_default=sql("0"))


def owe(
    session: Session,
    *,
    bot_id: int,
    chat_id: int,
    text: str,
    kind: str,
    key: str,
    buttons: Mapping[str, Any] | None = None,
    thread_id: int | None = None,
    user_id: uuid.UUID | None = None,
    not_after: datetime | None = None,
    priority: Priority = Priority.PERSON,
) -> uuid.UUID:
    """Owe a message in the caller's transaction; its id. Plain text; `buttons` is the Bot API's
    reply_markup (`telegram.buttons.reply_markup`). Of one `key` there is one: owed again it is the
    first. What is not sent until `not_after` (by itself: a day) is not sent any more."""
    return _write(
        session,
        bot_id=bot_id,
        chat_id=chat_id,
        text=text,
        kind=kind,
        key=key,
        buttons=buttons,
        thread_id=thread_id,
        user_id=user_id,
        not_after=not_after,
        priority=priority,
    )


def owe_edit(
    session: Session,
    *,
    bot_id: int,
    chat_id: int,
    text: str,
    kind: str,
    key: str,
    message_id: int | None = None,
    of: uuid.UUID | None = None,
    buttons: Mapping[str, Any] | None = None,
    user_id: uuid.UUID | None = None,
    priority: Priority = Priority.PERSON,
) -> uuid.UUID:
    """Owe a change of the message `message_id`, or of the one that the send `of` makes or made: it
    waits for that, and has its priority. Without `buttons` the message has none afterwards."""
    return _write(
        session,
        deed=Deed.EDIT,
        bot_id=bot_id,
        chat_id=chat_id,
        text=text,
        kind=kind,
        key=key,
        buttons=buttons,
        user_id=user_id,
        **_about(message_id, of, priority),
    )


def owe_pin(
    session: Session,
    deed: Literal[Deed.PIN, Deed.UNPIN],
    *,
    bot_id: int,
    chat_id: int,
    kind: str,
    key: str,
    message_id: int | None = None,
    of: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
    priority: Priority = Priority.PERSON,
) -> uuid.UUID:
    """Owe the pinning or unpinning of a message, which is named as for an edit."""
    return _write(
        session,
        deed=deed,
        bot_id=bot_id,
        chat_id=chat_id,
        text="",
        kind=kind,
        key=key,
        user_id=user_id,
        **_about(message_id, of, priority),
    )


def _about(
    message_id: int | None, of: uuid.UUID | None, priority: Priority
) -> dict[str, int | uuid.UUID | ScalarSelect[int] | None]:
    if (message_id is None) == (of is None):
        raise ValueError("name a message or the send that makes it")
    # Were it more urgent than its message, it would be waited for by what it waits for.
    rank = select(BotSend.priority).where(BotSend.id == of).scalar_subquery() if of else priority
    return {"edits_message": message_id, "edits_send": of, "priority": rank}


def withdraw(session: Session, send_id: uuid.UUID) -> bool:
    """Take back what was not begun; false where somebody is at it, or was. Waits for nobody: who is
    at it may be waiting for what the caller holds."""
    free = select(BotSend.id).where(BotSend.id == send_id, BotSend.state == SendState.OWED)
    query = (
        update(BotSend)
        .where(BotSend.id.in_(free.with_for_update(skip_locked=True)))
        .values(state=SendState.REFUSED, description=WITHDRAWN)
        .execution_options(synchronize_session=False)
        .returning(BotSend.id)
    )
    return session.scalar(query) is not None


def _write(session: Session, **values: Any) -> uuid.UUID:
    given = {name: value for name, value in values.items() if value is not None}
    written: uuid.UUID | None = session.scalar(
        insert(BotSend)
        .values(id=new_id(), **given)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(BotSend.id)
    )
    if written is None:
        return session.scalars(select(BotSend.id).where(BotSend.key == values["key"])).one()
    wake(session, BOT_CHANNEL)
    return written


def given_up() -> ColumnElement[bool]:
    """Those that were not sent, or may not have been, and will not be by themselves: of late, and
    without those that an operator let go."""
    return and_(
        BotSend.state.in_([SendState.REFUSED, SendState.UNKNOWN]),
        BotSend.discarded_at.is_(None),
        BotSend.description.is_distinct_from(WITHDRAWN),
        BotSend.created_at > func.now() - SHOWN,
    )


def by_key(session: Session, key: str) -> BotSend | None:
    """The send as it stands: `message_id` tells the message once it was sent."""
    return session.scalar(select(BotSend).where(BotSend.key == key))
