"""What is owed to the community's chat. It is nobody's message, so it is written for everybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from models import bot_sends
from models.bot_sends import Deed, Priority
from models.row_security import system_scope

_COMMUNITY = Priority.COMMUNITY


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of a bot."""

    bot_id: int
    chat_id: int


def post(
    session: Session,
    chat: Chat,
    *,
    thread_id: int | None,
    text: str,
    kind: str,
    key: str,
    not_after: datetime,
) -> uuid.UUID:
    """Owe a message; the send's id."""
    with system_scope(session):
        return bot_sends.owe(
            session,
            bot_id=chat.bot_id,
            chat_id=chat.chat_id,
            thread_id=thread_id,
            text=text,
            kind=kind,
            key=key,
            not_after=not_after,
            priority=_COMMUNITY,
        )


def edit(
    session: Session,
    chat: Chat,
    *,
    text: str,
    kind: str,
    key: str,
    message_id: int | None,
    of: uuid.UUID | None,
) -> None:
    """Owe a change of a message."""
    with system_scope(session):
        bot_sends.owe_edit(
            session,
            bot_id=chat.bot_id,
            chat_id=chat.chat_id,
            text=text,
            kind=kind,
            key=key,
            message_id=message_id,
            of=of,
            priority=_COMMUNITY,
        )


def pin(
    session: Session,
    chat: Chat,
    deed: Literal[Deed.PIN, Deed.UNPIN],
    *,
    kind: str,
    key: str,
    message_id: int | None = None,
    of: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
) -> None:
    """Owe the pinning or unpinning of a message. `user_id`: who is told how it went."""
    with system_scope(session):
        bot_sends.owe_pin(
            session,
            deed,
            bot_id=chat.bot_id,
            chat_id=chat.chat_id,
            kind=kind,
            key=key,
            message_id=message_id,
            of=of,
            user_id=user_id,
            priority=_COMMUNITY,
        )


def withdraw(session: Session, key: str) -> bool:
    """Take back what is owed under this key; false where it was begun."""
    with system_scope(session):
        owed = bot_sends.by_key(session, key)
        return owed is not None and bot_sends.withdraw(session, owed.id)
