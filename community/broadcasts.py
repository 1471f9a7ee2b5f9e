"""Write into the community's chat: now, later, pinned or not. How it went is written down by
`community.outcomes`."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from community import posting
from community.asking import Asked
from community.channel import Channel, required
from community.wording import checked, units
from core import clock
from core.problems import FieldError, Problem
from core.queue_names import BOT_CHANNEL
from models import audit, broadcasts
from models.bot_sends import Deed
from models.broadcasts import Broadcast, BroadcastState, PinState
from models.waking import wake

LIFE = timedelta(hours=1)
"""What could not be sent that long after its time is not sent any more: it would be stale."""
_LATE_CLOCK = timedelta(minutes=1)
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written. `thread_id` None: the live topic; `at` None: now."""

    text: str
    thread_id: int | None = None
    pin: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The broadcast that answers the request; `replayed` if an earlier request had made it."""

    broadcast: Broadcast
    replayed: bool


def preview(session: Session, channel: Channel | None, asked: Asked, draft: Draft) -> Draft:
    """What would be sent, and where; nothing is. Raises the Problems of `accept` but those of its
    key."""
    asked.author(session)
    return _checked(required(channel), draft)


def accept(
    session: Session,
    channel: Channel | None,
    asked: Asked,
    draft: Draft,
    key: str | None = None,
) -> Accepted:
    """Take a broadcast in and commit; the same key of the same author finds it again. Raises
    Problem (403) `forbidden`, (409) `channel_not_set_up`, (400) `validation_failed` with its
    fields, (422) `idempotency_key_reused`."""
    author, channel = asked.author(session), required(channel)
    mark = _fingerprint(draft)
    replay = _replay(session, author.pseudonym, key, mark)
    if replay is not None:
        return replay
    draft = _checked(channel, draft)
    now = clock.utcnow()
    later = draft.at is not None and draft.at > now
    row = broadcasts.add(
        session,
        text=draft.text,
        thread_id=draft.thread_id,
        pin_state=PinState.OWED if draft.pin else None,
        at=draft.at,
        state=BroadcastState.SCHEDULED if later else BroadcastState.SENDING,
        created_by=author.pseudonym,
        idempotency_key=key,
        fingerprint=mark,
    )
    if row is None:
        # Another request with this key has just been committed.
        session.rollback()
        replay = _replay(session, author.pseudonym, key, mark)
        if replay is None:
            raise Problem("conflict", 409)
        return replay
    asked.record(session, "broadcast.created", subject(row), _told(row))
    if later:
        # The bell looks anew when the next is due.
        wake(session, BOT_CHANNEL)
    else:
        _begin(session, channel, row, now)
    session.commit()
    return Accepted(row, replayed=False)


def send_now(
    session: Session,
    author_id: uuid.UUID,
    text: str,
    thread_id: int | None,
    pin: bool,
    *,
    channel: Channel | None,
) -> Broadcast:
    """Accept a broadcast without a key and commit. How it went the author is told by a `toast`."""
    return accept(session, channel, Asked(author_id), Draft(text, thread_id, pin)).broadcast


def pin(
    session: Session,
    author_id: uuid.UUID,
    message_id: int,
    thread_id: int | None,
    *,
    channel: Channel | None,
) -> None:
    """Owe the pinning of a message of the chat and commit; how it went the author is told by a
    `toast`. A message is pinned in the topic that it stands in: `thread_id` is noted in the audit
    log and changes nothing. Raises Problem (403) `forbidden`, (409) `channel_not_set_up`."""
    asked, channel = Asked(author_id), required(channel)
    asked.author(session)
    key = f"pin:{uuid.uuid4()}"
    posting.pin(
        session,
        channel.chat,
        Deed.PIN,
        kind="pin",
        key=key,
        message_id=message_id,
        user_id=author_id,
    )
    asked.record(session, "message.pin", f"message:{message_id}", {"thread_id": thread_id})
    session.commit()


def cancel(session: Session, asked: Asked, broadcast_id: uuid.UUID) -> Broadcast:
    """Cancel one that is scheduled and commit; again, it stays cancelled. Raises Problem (403)
    `forbidden`, (404) `not_found`, (409) `broadcast_not_scheduled`."""
    asked.author(session)
    row = broadcasts.hold(session, broadcast_id)
    if row is None:
        raise Problem("not_found", 404)
    if row.state is BroadcastState.CANCELLED:
        return row
    if row.state is not BroadcastState.SCHEDULED:
        raise Problem("broadcast_not_scheduled", 409)
    row.state = BroadcastState.CANCELLED
    asked.record(session, "broadcast.cancelled", subject(row))
    session.commit()
    return row


def begin_due(session: Session, channel: Channel | None) -> int:
    """Owe the messages whose time has come, in the caller's transaction; how many they were."""
    due = broadcasts.hold_due(session, most=50)
    for row in due:
        if channel is None:
            row.state, row.error = BroadcastState.FAILED, "the chat is not set up any more"
        else:
            _begin(session, channel, row, row.at or clock.utcnow())
        action = "broadcast.failed" if channel is None else "broadcast.begun"
        audit.record(session, action, subject(row), user_id=None)
    return len(due)


def subject(row: Broadcast) -> str:
    """For the audit log."""
    return f"broadcast:{row.id}"


def _begin(session: Session, channel: Channel, row: Broadcast, moment: datetime) -> None:
    row.state = BroadcastState.SENDING
    row.send_id = posting.post(
        session,
        channel.chat,
        thread_id=row.thread_id,
        text=row.text,
        kind="broadcast",
        key=f"broadcast:{row.id}",
        not_after=moment + LIFE,
    )
    if row.pin_state is PinState.OWED:
        posting.pin(
            session,
            channel.chat,
            Deed.PIN,
            kind="broadcast_pin",
            key=f"broadcast:{row.id}:pin",
            of=row.send_id,
        )


def _checked(channel: Channel, draft: Draft) -> Draft:
    now = clock.utcnow()
    if draft.at is not None and not now - _LATE_CLOCK <= draft.at <= now + _FURTHEST:
        known = f"{now:%Y-%m-%dT%H:%MZ} … {now + _FURTHEST:%Y-%m-%dT%H:%MZ}"
        fault = FieldError("at", "out_of_range", {"range": known})
        raise Problem("validation_failed", 400, errors=(fault,))
    return replace(draft, text=checked(draft.text), thread_id=channel.topic(draft.thread_id))


def _fingerprint(draft: Draft) -> str:
    """Of the request as it was sent: what the deployment adds may be another tomorrow."""
    at = draft.at and draft.at.isoformat()
    whole = json.dumps([draft.text, draft.thread_id, draft.pin, at])
    return hashlib.sha256(whole.encode()).hexdigest()


def _replay(
    session: Session, author: uuid.UUID, key: str | None, fingerprint: str
) -> Accepted | None:
    row = None if key is None else broadcasts.by_key(session, author, key)
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Problem("idempotency_key_reused", 422)
    return Accepted(row, replayed=True)


def _told(row: Broadcast) -> dict[str, object]:
    """What the audit log keeps of it: not its words."""
    return {
        "thread_id": row.thread_id,
        "pin": row.pin_state is not None,
        "at": row.at and row.at.isoformat(),
        "units": units(row.text),
    }
