"""Send one owed message. Its state `sending` is committed before the call: whoever dies in between
leaves a trace, and what may have been sent is not sent again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session, sessionmaker

from community import outcomes
from core import tracing
from core.logs import get_logger
from models import bot_delivery as delivery
from models.bot_delivery import Turn, Wait
from models.bot_sends import BotSend, Deed, SendState
from models.users import note_refused
from telegram.bot_api import BotApi, BotApiNotReached, BotApiRefused, BotApiUnreachable

log = get_logger(__name__)

_MOST_BACK_OFF = 60.0
_FORBIDDEN = 403


def send(
    sessions: sessionmaker[Session], apis: Mapping[int, BotApi], send_id: uuid.UUID
) -> float | None:
    """Make the send if it is its turn; in how many seconds to look for what is due, None if it
    had ended before."""
    with sessions.begin() as session:
        turn = delivery.begin(session, send_id)
        if turn is None:
            _tell_end(session, send_id)
    if isinstance(turn, Wait):
        return turn.seconds
    if turn is None:
        return None
    with tracing.entry("bot.send", {"ebb.deed": turn.deed.value}):
        record = _call(apis.get(turn.bot_id), turn)
    with sessions.begin() as session:
        record(session)
        _tell_end(session, send_id)
    return delivery.CHAT_SECONDS


def _tell_end(session: Session, send_id: uuid.UUID) -> None:
    """In the transaction that ends the send, or after it: whoever notes it notes it once."""
    ended = session.get(BotSend, send_id, populate_existing=True)
    if ended is not None:
        outcomes.note(session, ended)


def _call(api: BotApi | None, turn: Turn) -> Callable[[Session], None]:
    """Call Telegram; what to note of it."""
    if api is None:
        return _ended(turn, SendState.REFUSED, "the token of this bot is not held any more")
    try:
        message_id = _do(api, turn)
    except BotApiRefused as refused:
        return _refused(turn, refused)
    except BotApiNotReached as error:
        return _again(turn, str(error))
    except BotApiUnreachable as error:
        if turn.may_be_repeated:
            return _again(turn, str(error))
        return _ended(turn, SendState.UNKNOWN, str(error))
    return lambda session: delivery.mark_sent(session, turn, message_id)


def _do(api: BotApi, turn: Turn) -> int:
    """The call; the number of the message that it is about."""
    if turn.about is None:
        sent = api.send_message(
            turn.chat_id, turn.text, thread_id=turn.thread_id, buttons=turn.buttons
        )
        return sent.message_id
    match turn.deed:
        case Deed.PIN:
            api.pin_chat_message(turn.chat_id, turn.about)
        case Deed.UNPIN:
            api.unpin_chat_message(turn.chat_id, turn.about)
        case _:
            api.edit_message_text(turn.chat_id, turn.about, turn.text, buttons=turn.buttons)
    return turn.about


def _refused(turn: Turn, refused: BotApiRefused) -> Callable[[Session], None]:
    if refused.retry_after is not None:
        return _again(turn, str(refused), float(refused.retry_after))
    moved = refused.migrate_to_chat_id
    if moved is not None:

        def follow(session: Session) -> None:
            delivery.move_chat(session, turn, moved)
            delivery.put_back(session, turn, 0, str(refused))

        return follow
    note = _ended(turn, SendState.REFUSED, str(refused))
    if refused.code != _FORBIDDEN or turn.chat_id < 0:
        return note

    def blocked(session: Session) -> None:
        note(session)
        note_refused(session, turn.chat_id, turn.bot_id)
        delivery.drop_news(session, turn, str(refused))

    return blocked


def _again(turn: Turn, why: str, seconds: float | None = None) -> Callable[[Session], None]:
    wait = min(_MOST_BACK_OFF, 2.0 ** min(turn.tries - 1, 10)) if seconds is None else seconds
    log.warning("bot.send_again", send_id=str(turn.id), why=why, seconds=wait)
    return lambda session: delivery.put_back(session, turn, wait, why)


def _ended(turn: Turn, state: SendState, why: str) -> Callable[[Session], None]:
    log.warning("bot.send_ended", send_id=str(turn.id), state=state.value, why=why)
    return lambda session: delivery.mark_ended(session, turn, state, why)
