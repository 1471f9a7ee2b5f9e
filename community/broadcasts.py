"""Write into the community's chat: now, later, pinned or not."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from community.channel import Channel
from models.broadcasts import Broadcast


def send_now(
    session: Session,
    author_id: uuid.UUID,
    text: str,
    thread_id: int | None,
    pin: bool,
    *,
    channel: Channel | None,
) -> Broadcast:
    """Accept a broadcast and commit. Raises Problem (403) `forbidden`, (409) `channel_not_set_up`,
    (400) `validation_failed` with its fields. How it went the author is told by a `toast`."""
    raise NotImplementedError


def pin(
    session: Session,
    author_id: uuid.UUID,
    message_id: int,
    thread_id: int | None,
    *,
    channel: Channel | None,
) -> None:
    """Owe the pinning of a message of the chat and commit. Raises the same Problems."""
    raise NotImplementedError
