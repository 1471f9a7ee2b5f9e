"""What became of what was owed to the chat: written down with the end of the send, once, and told
to whoever asked for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from sqlalchemy import func
from sqlalchemy.orm import Session

from community import telling
from community.broadcasts import subject as broadcast_subject
from community.signals import subject as signal_subject
from community.signals import version_of_edit
from community.wording import signal_text
from core import clock
from core.problems import Problem
from core.texts import text
from models import audit, broadcasts, signals
from models.bot_sends import BotSend, SendState
from models.broadcasts import Broadcast, BroadcastState, PinState
from models.signals import PostState, Signal, SignalState
from models.users import User, language_of, user_by_pseudonym

_BROADCAST = {
    SendState.SENT: BroadcastState.SENT,
    SendState.REFUSED: BroadcastState.FAILED,
    SendState.UNKNOWN: BroadcastState.UNKNOWN,
}
_POST = {
    SendState.SENT: PostState.SENT,
    SendState.REFUSED: PostState.FAILED,
    SendState.UNKNOWN: PostState.UNKNOWN,
}


def note(session: Session, send: BotSend) -> None:
    """Note the end of a send, if it is one of the community's. Again, it changes nothing."""
    noted = _BY_KIND.get(send.kind)
    if noted is not None and send.state in _POST:
        noted(session, send)


def begin_again(session: Session, send: BotSend) -> None:
    """An operator has a send tried anew: what it is about is under way again, and is told as it is
    now. Raises Problem (409) `signal_not_live` for the message or the pin of a signal that is over,
    `send_superseded` for an edit that a newer one has overtaken."""
    begun = _AGAIN_BY_KIND.get(send.kind)
    if begun is not None:
        begun(session, send)


def _broadcast_again(session: Session, send: BotSend) -> None:
    row = broadcasts.hold(session, _subject(send))
    if row is not None and row.state in (BroadcastState.FAILED, BroadcastState.UNKNOWN):
        row.state, row.error = BroadcastState.SENDING, None


def _broadcast_pin_again(session: Session, send: BotSend) -> None:
    row = broadcasts.hold(session, _subject(send))
    if row is not None and row.pin_state is PinState.FAILED:
        row.pin_state, row.error = PinState.OWED, None


def _signal_again(session: Session, send: BotSend) -> None:
    signal = _live(session, send)
    if signal.post_state in (PostState.FAILED, PostState.UNKNOWN):
        signal.post_state, signal.error = PostState.SENDING, None
    # Nobody edits what is not there: it may have changed since.
    send.text = signal_text(signal)
    send.not_after = func.least(send.not_after, signal.expires_at)


def _signal_pin_again(session: Session, send: BotSend) -> None:
    signal = _live(session, send)
    if signal.pin_state is PinState.FAILED:
        signal.pin_state, signal.error = PinState.OWED, None
    send.not_after = func.least(send.not_after, signal.expires_at)


def _signal_edit_again(session: Session, send: BotSend) -> None:
    signal = signals.hold(session, _subject(send))
    # Of a change for which no edit was owed, its message tells already.
    if signal is not None and version_of_edit(send.key) < signal.version:
        raise Problem("send_superseded", 409)


def _live(session: Session, send: BotSend) -> Signal:
    signal = signals.hold(session, _subject(send))
    if (
        signal is None
        or signal.state is not SignalState.LIVE
        # Its end may be due, and not made yet.
        or signal.expires_at <= clock.utcnow()
    ):
        raise Problem("signal_not_live", 409)
    return signal


def _broadcast(session: Session, send: BotSend) -> None:
    row = broadcasts.hold(session, _subject(send))
    state = _BROADCAST[send.state]
    # What was taken for lost may still be told of.
    if row is None or row.state not in (BroadcastState.SENDING, BroadcastState.UNKNOWN):
        return
    if row.state is state:
        return
    row.state, row.message_id, row.sent_at = state, send.message_id, send.sent_at
    row.error = None if state is BroadcastState.SENT else send.description
    if state is not BroadcastState.SENT and row.pin_state is PinState.OWED:
        row.pin_state = PinState.FAILED
    _record(session, f"broadcast.{state}", broadcast_subject(row), send)
    if row.pin_state is not PinState.OWED:
        _toast(session, row, row.state.value)


def _broadcast_pin(session: Session, send: BotSend) -> None:
    row = broadcasts.hold(session, _subject(send))
    if row is None or row.pin_state is not PinState.OWED:
        return
    row.pin_state, row.error = _pinned(send)
    _record(session, f"broadcast.pin_{row.pin_state}", broadcast_subject(row), send)
    _toast(session, row, "pinned" if row.pin_state is PinState.PINNED else "not_pinned")


def _signal(session: Session, send: BotSend) -> None:
    signal = signals.hold(session, _subject(send))
    state = _POST[send.state]
    if signal is None or signal.post_state not in (PostState.SENDING, PostState.UNKNOWN):
        return
    if signal.post_state is state:
        return
    signal.post_state, signal.message_id = state, send.message_id
    signal.error = None if state is PostState.SENT else send.description
    if state is not PostState.SENT and signal.pin_state is PinState.OWED:
        signal.pin_state = PinState.FAILED
        _toast(session, signal, state.value)
    _record(session, f"signal.{state}", signal_subject(signal), send)


def _signal_pin(session: Session, send: BotSend) -> None:
    signal = signals.hold(session, _subject(send))
    if signal is None or signal.pin_state is not PinState.OWED:
        return
    signal.pin_state, signal.error = _pinned(send)
    _record(session, f"signal.pin_{signal.pin_state}", signal_subject(signal), send)
    _toast(session, signal, "pinned" if signal.pin_state is PinState.PINNED else "not_pinned")


def _signal_unpin(session: Session, send: BotSend) -> None:
    signal = signals.hold(session, _subject(send))
    if signal is None or signal.pin_state is not PinState.PINNED:
        return
    if send.state is SendState.SENT:
        signal.pin_state, signal.error = PinState.UNPINNED, None
    else:
        # It stays pinned, which is what is said.
        signal.error = send.description
    done = "unpinned" if send.state is SendState.SENT else "unpin_failed"
    _record(session, f"signal.{done}", signal_subject(signal), send)


def _pin(session: Session, send: BotSend) -> None:
    """A message that an operator named: nothing but the send tells of it."""
    user = None if send.user_id is None else session.get(User, send.user_id)
    if user is not None:
        done = send.state is SendState.SENT
        _say(session, user, "message_pinned" if done else "not_pinned", send.description)


def _pinned(send: BotSend) -> tuple[PinState, str | None]:
    if send.state is SendState.SENT:
        return PinState.PINNED, None
    return PinState.FAILED, send.description


def _subject(send: BotSend) -> uuid.UUID:
    return uuid.UUID(send.key.split(":")[1])


def _record(session: Session, action: str, subject: str, send: BotSend) -> None:
    details = {"message_id": send.message_id, "description": send.description}
    told = {name: value for name, value in details.items() if value is not None}
    audit.record(session, action, subject, user_id=None, details=told)


def _toast(session: Session, about: Broadcast | Signal, what: str) -> None:
    author = user_by_pseudonym(session, about.created_by)
    if author is not None:
        _say(session, author, what, about.error)


def _say(session: Session, user: User, what: str, why: str | None) -> None:
    title = text(f"toast.{what}.title", language_of(user), {"why": why or ""})
    telling.tell(session, user.id, "toast", {"title": title})


_BY_KIND: Mapping[str, Callable[[Session, BotSend], None]] = {
    "broadcast": _broadcast,
    "broadcast_pin": _broadcast_pin,
    "signal": _signal,
    "signal_pin": _signal_pin,
    "signal_unpin": _signal_unpin,
    "pin": _pin,
}
_AGAIN_BY_KIND: Mapping[str, Callable[[Session, BotSend], None]] = {
    "broadcast": _broadcast_again,
    "broadcast_pin": _broadcast_pin_again,
    "signal": _signal_again,
    "signal_pin": _signal_pin_again,
    "signal_edit": _signal_edit_again,
}
