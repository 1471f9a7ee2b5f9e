"""Signals from their first word to their result: told to open apps, sent and pinned while live."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from community import posting, telling
from community.asking import Asked
from community.channel import Channel, required
from community.posting import Chat
from community.wording import live_out, signal_text
from core import clock
from core.ids import new_id
from core.numbers import plain
from core.problems import FieldError, Problem
from core.queue_names import BOT_CHANNEL
from models import audit, signals
from models.bot_sends import Deed
from models.broadcasts import PinState
from models.signals import PostState, Signal, SignalResult, SignalState
from models.users import language_of
from models.waking import wake

_FURTHEST = timedelta(days=366)
_ENDS: Mapping[SignalState, frozenset[SignalState]] = {
    SignalState.LIVE: frozenset({SignalState.CLOSED, SignalState.EXPIRED, SignalState.SETTLED}),
    SignalState.CLOSED: frozenset({SignalState.SETTLED}),
    SignalState.EXPIRED: frozenset({SignalState.SETTLED}),
    SignalState.SETTLED: frozenset(),
}
# A message that is there, or may come.
_TO_BE_EDITED = (PostState.SENDING, PostState.SENT)


@dataclass(frozen=True, slots=True)
class Draft:
    """A new signal: `confidence` from 0 to 1, `ev` in percent; of `sport` and `market` one at
    least."""

    type: str
    name: str
    market_id: str
    confidence: Decimal
    ev: Decimal
    expires_at: datetime
    sport: str | None = None
    market: str | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The signal that answers the request; `replayed` if an earlier request had made it."""

    signal: Signal
    replayed: bool


def create(
    session: Session,
    channel: Channel | None,
    asked: Asked,
    draft: Draft,
    key: str | None = None,
) -> Created:
    """Tell everybody of it, owe its message and the pin, and commit; the same key of the same
    author finds it again. Raises Problem (403) `forbidden`, (409) `channel_not_set_up`, (400)
    `validation_failed`, (422) `idempotency_key_reused`."""
    author, channel = asked.author(session), required(channel)
    mark = _fingerprint(draft)
    replay = _replay(session, author.pseudonym, key, mark)
    if replay is not None:
        return replay
    _check(draft.expires_at, draft.sport, draft.market)
    signal = Signal(
        id=new_id(),
        **asdict(draft),
        language=language_of(author),
        state=SignalState.LIVE,
        version=1,
        bot_id=channel.bot_id,
        chat_id=channel.chat_id,
        thread_id=channel.live_topic_id,
        post_state=PostState.SENDING,
        pin_state=PinState.OWED,
        created_by=author.pseudonym,
        idempotency_key=key,
        fingerprint=mark,
        created_at=clock.utcnow(),
    )
    signal.send_id = posting.post(
        session,
        _chat(signal),
        thread_id=signal.thread_id,
        text=signal_text(signal),
        kind="signal",
        key=_key(signal),
        # A signal that is over is nothing to send.
        not_after=signal.expires_at,
    )
    posting.pin(
        session,
        _chat(signal),
        Deed.PIN,
        kind="signal_pin",
        key=_key(signal, "pin"),
        of=signal.send_id,
    )
    session.add(signal)
    try:
        session.flush()
    except IntegrityError:
        # Another request with this key has just been committed.
        session.rollback()
        replay = _replay(session, author.pseudonym, key, mark)
        if replay is None:
            raise
        return replay
    asked.record(session, "signal.created", subject(signal), {"type": signal.type})
    _tell(session, signal)
    session.commit()
    return Created(signal, replayed=False)


def change(
    session: Session, asked: Asked, signal_id: uuid.UUID, changes: Mapping[str, Any]
) -> Signal:
    """Change fields of a live one (those of `Draft`), its message with them, and commit. Raises
    Problem (403) `forbidden`, (404) `not_found`, (409) `signal_not_live`, (400)
    `validation_failed`."""
    signal = _hold(session, asked, signal_id)
    if signal.state is not SignalState.LIVE:
        raise Problem("signal_not_live", 409)
    changed = {name: value for name, value in changes.items() if getattr(signal, name) != value}
    if not changed:
        session.rollback()
        return signal
    for name, value in changed.items():
        setattr(signal, name, value)
    _check(signal.expires_at, signal.sport, signal.market)
    signal.version += 1
    _edit(session, signal)
    asked.record(session, "signal.changed", subject(signal), {"fields": sorted(changed)})
    _tell(session, signal)
    session.commit()
    return signal


def close(session: Session, asked: Asked, signal_id: uuid.UUID) -> Signal:
    """End a live one before its time and commit. Raises Problem (403) `forbidden`, (404)
    `not_found`, (409) `signal_not_live`."""
    signal = _hold(session, asked, signal_id)
    _end(session, signal, SignalState.CLOSED)
    asked.record(session, "signal.closed", subject(signal))
    session.commit()
    return signal


def settle(
    session: Session,
    asked: Asked,
    signal_id: uuid.UUID,
    result: SignalResult,
    pnl: Decimal | None,
) -> Signal:
    """Say how it ended, once, and commit; a live one ends with it. Raises Problem (403)
    `forbidden`, (404) `not_found`, (409) `signal_settled`."""
    signal = _hold(session, asked, signal_id)
    signal.result, signal.pnl = result, pnl
    _end(session, signal, SignalState.SETTLED)
    asked.record(session, "signal.settled", subject(signal), {"result": result.value})
    session.commit()
    return signal


def expire_due(session: Session) -> int:
    """End those whose time is over, in the caller's transaction; how many they were."""
    due = signals.hold_expired(session, most=50)
    for signal in due:
        _end(session, signal, SignalState.EXPIRED)
        audit.record(session, "signal.expired", subject(signal), user_id=None)
    return len(due)


def version_of_edit(key: str) -> int:
    """Which version of its signal the edit owed under this key tells."""
    return int(key.rpartition(":")[2])


def subject(signal: Signal) -> str:
    """For the audit log."""
    return f"signal:{signal.id}"


def _hold(session: Session, asked: Asked, signal_id: uuid.UUID) -> Signal:
    asked.author(session)
    signal = signals.hold(session, signal_id)
    if signal is None:
        raise Problem("not_found", 404)
    return signal


def _fingerprint(draft: Draft) -> str:
    whole = [plain(value) if isinstance(value, Decimal) else value for value in astuple(draft)]
    return hashlib.sha256(json.dumps(whole, default=str).encode()).hexdigest()


def _replay(
    session: Session, author: uuid.UUID, key: str | None, fingerprint: str
) -> Created | None:
    signal = None if key is None else signals.by_key(session, author, key)
    if signal is None:
        return None
    if signal.fingerprint != fingerprint:
        raise Problem("idempotency_key_reused", 422)
    return Created(signal, replayed=True)


def _check(expires_at: datetime, sport: str | None, market: str | None) -> None:
    now = clock.utcnow()
    faults = []
    if not now < expires_at <= now + _FURTHEST:
        known = f"{now:%Y-%m-%dT%H:%MZ} … {now + _FURTHEST:%Y-%m-%dT%H:%MZ}"
        faults.append(FieldError("expires_at", "out_of_range", {"range": known}))
    if sport is None and market is None:
        faults.append(FieldError("sport", "required", {}))
    if faults:
        raise Problem("validation_failed", 400, errors=tuple(faults))


def _end(session: Session, signal: Signal, state: SignalState) -> None:
    if state not in _ENDS[signal.state]:
        session.rollback()
        settled = state is SignalState.SETTLED
        raise Problem("signal_settled" if settled else "signal_not_live", 409)
    was_live = signal.state is SignalState.LIVE
    signal.state = state
    signal.ended_at = signal.ended_at or clock.utcnow()
    signal.version += 1
    if was_live:
        _take_down(session, signal)
    _edit(session, signal)
    _tell(session, signal)


def _take_down(session: Session, signal: Signal) -> None:
    """Unpin it; what was not sent yet is not sent any more."""
    if signal.pin_state is PinState.OWED and posting.withdraw(session, _key(signal, "pin")):
        signal.pin_state = PinState.UNPINNED
    if signal.post_state is PostState.SENDING and posting.withdraw(session, _key(signal)):
        signal.post_state = PostState.WITHDRAWN
    if signal.pin_state in (PinState.OWED, PinState.PINNED):
        posting.pin(
            session,
            _chat(signal),
            Deed.UNPIN,
            kind="signal_unpin",
            key=_key(signal, "unpin"),
            **_message(signal),
        )


def _edit(session: Session, signal: Signal) -> None:
    """Let the message say what holds now."""
    if signal.post_state in _TO_BE_EDITED:
        posting.edit(
            session,
            _chat(signal),
            text=signal_text(signal),
            kind="signal_edit",
            key=_key(signal, f"edit:{signal.version}"),
            **_message(signal),
        )


def _tell(session: Session, signal: Signal) -> None:
    telling.tell(session, None, "live_out", live_out(signal))
    # The bell looks anew when the next one ends.
    wake(session, BOT_CHANNEL)


def _key(signal: Signal, what: str | None = None) -> str:
    return f"signal:{signal.id}" if what is None else f"signal:{signal.id}:{what}"


def _chat(signal: Signal) -> Chat:
    return Chat(signal.bot_id, signal.chat_id)


def _message(signal: Signal) -> dict[str, Any]:
    """Its number where it is known: the send that made it is not kept for ever."""
    known = signal.message_id
    return {"message_id": known, "of": None if known else signal.send_id}
