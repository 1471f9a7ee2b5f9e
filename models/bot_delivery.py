"""Whose turn it is to be sent, and how a send ended. One chat's messages go one after another, in
the order in which they were owed; what is owed to people goes before what is said to the community.

Telegram wants about 1 message a second in a chat, 20 a minute in a group and 30 a second from a
bot (core.telegram.org/bots/faq). The rows themselves are counted, under one lock a bot, so all
processes share one budget.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, text, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session

from models.bot_news import News
from models.bot_sends import BotSend, Deed, Priority, SendState

CHAT_SECONDS = 1.0
GROUP_MINUTE = 20
BOT_SECOND = 30
AT_ONCE = 3
"""Calls of a bot under way at the same time: while Telegram is slow, orders need the other threads
of a worker."""
KEPT_FOR_PEOPLE = 1
"""Of these, and of each second's, so many are no broadcast's: an approval must not wait for it."""
CALL_SECONDS = 20.0
"""A call takes less (see `telegram.bot_api`): after that it holds no thread any more, though nobody
may have noted its end."""
LOST_SECONDS = 30.0
"""Who began a call this long ago, and has not noted its end, has died."""
_DIED = "the worker died under way"
_LATE = "it could not be sent in time"
_NO_MESSAGE = "its message is not known"


@dataclass(frozen=True, slots=True)
class Turn:
    """A send that is ours to make, once the transaction is committed. `tries` names this try.
    `about`: the message to edit, pin or unpin."""

    id: uuid.UUID
    tries: int
    bot_id: int
    chat_id: int
    thread_id: int | None
    deed: Deed
    text: str
    buttons: Mapping[str, Any] | None
    about: int | None

    @property
    def may_be_repeated(self) -> bool:
        """Done twice it is as if done once."""
        return self.deed is not Deed.MESSAGE


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: again in so many seconds."""

    seconds: float


def due(session: Session, again_seconds: float) -> Sequence[uuid.UUID]:
    """Sends that a worker should be told of now: of each chat the first, no more than a bot may
    send in a second. They are due again after `again_seconds`, then after twice that, and so on."""
    return session.scalars(_DUE, {"limit": BOT_SECOND, "again": again_seconds}).all()


def next_due(session: Session) -> float | None:
    """In how many seconds the next is due; None if none is open."""
    found = session.scalar(_NEXT_DUE)
    return None if found is None else float(found)


def begin(session: Session, send_id: uuid.UUID) -> Turn | Wait | None:
    """Take the send: commit, then call. None if it ended, as one does here that nobody can send
    any more, or that died under way."""
    session.execute(_LOCK, {"send": send_id})
    about = {"send": send_id, "call": CALL_SECONDS}
    row = session.execute(_LOOK, about).mappings().one_or_none()
    if row is None:
        return None
    if row["state"] == SendState.SENDING:
        return _lost(session, row)
    if row["late"]:
        _set(session, send_id, state=SendState.REFUSED, description=_LATE)
        return None
    wait = _wait(row)
    if wait > 0:
        _set(session, send_id, ring_at=func.now() + timedelta(seconds=wait), rings=0)
        return Wait(wait)
    deed = Deed(row["deed"])
    if deed is not Deed.MESSAGE and row["about"] is None:
        _set(session, send_id, state=SendState.REFUSED, description=_NO_MESSAGE)
        return None
    _set(
        session,
        send_id,
        state=SendState.SENDING,
        began_at=func.clock_timestamp(),
        tries=BotSend.tries + 1,
        ring_at=func.now() + timedelta(seconds=LOST_SECONDS),
        rings=0,
    )
    return Turn(
        id=send_id,
        tries=row["tries"] + 1,
        bot_id=row["bot_id"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        deed=deed,
        text=row["text"],
        buttons=row["buttons"],
        about=row["about"],
    )


def _wait(row: RowMapping) -> float:
    """Seconds until this send may go; 0 now."""
    kept = 0 if row["priority"] == Priority.PERSON else KEPT_FOR_PEOPLE
    # Telegram's own wait is for the chat, whichever of its messages was told.
    waits = [float(row["chat_not_yet"]), CHAT_SECONDS - float(row["chat_rested"])]
    if row["others_first"]:
        waits.append(CHAT_SECONDS)
    if row["under_way"] >= AT_ONCE - kept:
        waits.append(0.1)
    if row["bot_second"] >= BOT_SECOND - kept:
        waits.append(0.2)
    if row["chat_id"] < 0 and row["chat_minute"] >= GROUP_MINUTE:
        waits.append(60 - float(row["chat_minute_began"]))
    return max(0.0, *waits)


def _lost(session: Session, row: RowMapping) -> Wait | None:
    """Somebody is at it, or died at it."""
    left = LOST_SECONDS - float(row["under_way_for"])
    if left > 0:
        return Wait(left)
    if row["deed"] != Deed.MESSAGE:
        _set(session, row["id"], state=SendState.OWED, ring_at=func.now())
        return Wait(0.0)
    _set(session, row["id"], state=SendState.UNKNOWN, description=_DIED)
    return None


# -- how it ended -------------------------------------------------------------------------------


def mark_sent(session: Session, turn: Turn, message_id: int) -> None:
    """It stands in its chat; also what was taken for lost."""
    _of_turn(
        session,
        turn,
        state=SendState.SENT,
        message_id=message_id,
        sent_at=func.now(),
        description=None,
    )


def mark_ended(session: Session, turn: Turn, state: SendState, description: str) -> None:
    """It ended as `refused` or `unknown`."""
    _of_turn(session, turn, state=state, description=description[:256])


def put_back(session: Session, turn: Turn, seconds: float, description: str) -> None:
    """Nothing was done: owed again, in so many seconds."""
    moment = func.now() + timedelta(seconds=seconds)
    _of_turn(
        session,
        turn,
        state=SendState.OWED,
        not_before=moment,
        ring_at=moment,
        description=description[:256],
    )


def move_chat(session: Session, turn: Turn, chat_id: int) -> None:
    """The group has become a supergroup: everything owed to it goes there."""
    session.execute(
        update(BotSend)
        .where(
            BotSend.bot_id == turn.bot_id,
            BotSend.chat_id == turn.chat_id,
            BotSend.state.in_([SendState.OWED, SendState.SENDING]),
        )
        .values(chat_id=chat_id)
        .execution_options(synchronize_session=False)
    )


def drop_news(session: Session, turn: Turn, description: str) -> None:
    """The person blocked the bot: what it would tell by itself there is not tried any more."""
    session.execute(
        update(BotSend)
        .where(
            BotSend.bot_id == turn.bot_id,
            BotSend.chat_id == turn.chat_id,
            BotSend.state == SendState.OWED,
            BotSend.kind.in_([kind.value for kind in News]),
        )
        .values(state=SendState.REFUSED, description=description[:256])
        .execution_options(synchronize_session=False)
    )


def forget_old(session: Session, days: int) -> None:
    """Remove what ended and was owed longer ago."""
    ended = BotSend.state.not_in([SendState.OWED, SendState.SENDING])
    session.execute(
        delete(BotSend).where(ended, BotSend.created_at < func.now() - timedelta(days=days))
    )


def _of_turn(session: Session, turn: Turn, **values: Any) -> None:
    """Whoever took it over since has tried once more; one that was taken for lost may still be
    told of."""
    session.execute(
        update(BotSend)
        .where(
            BotSend.id == turn.id,
            BotSend.tries == turn.tries,
            BotSend.state.in_([SendState.SENDING, SendState.UNKNOWN]),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _set(session: Session, send_id: uuid.UUID, **values: Any) -> None:
    session.execute(
        update(BotSend)
        .where(BotSend.id == send_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


# Whatever begins is counted by the next that wants to begin.
_LOCK = text(
    "select pg_advisory_xact_lock(7261002, hashint8(bot_id)) from bot_sends where id = :send"
)
# `e` goes before `s`, or is under way.
_BEFORE = """
    e.bot_id = s.bot_id and e.chat_id = s.chat_id and e.id <> s.id
    and e.state in ('owed', 'sending')
    and (e.state = 'sending' or (e.priority, e.id) < (s.priority, s.id))
"""
_LOOK = text(
    f"""
    select s.id, s.state, s.tries, s.bot_id, s.chat_id, s.thread_id, s.deed, s.priority, s.text,
      s.buttons,
      coalesce(s.edits_message, (select o.message_id from bot_sends o where o.id = s.edits_send))
        as about,
      s.not_after < t.now as late,
      extract(epoch from (
        select max(o.not_before) from bot_sends o
        where o.bot_id = s.bot_id and o.chat_id = s.chat_id and o.state in ('owed', 'sending')
      ) - t.now) as chat_not_yet,
      extract(epoch from t.now - s.began_at) as under_way_for,
      exists (select 1 from bot_sends e where {_BEFORE}) as others_first,
      (select count(*) from bot_sends o where o.bot_id = s.bot_id and o.state = 'sending'
        and o.began_at > t.now - make_interval(secs => :call)) as under_way,
      (select count(*) from bot_sends o
        where o.bot_id = s.bot_id and o.began_at > t.now - interval '1 second') as bot_second,
      coalesce(extract(epoch from t.now - (
        select max(o.began_at) from bot_sends o
        where o.bot_id = s.bot_id and o.chat_id = s.chat_id)), 1e9) as chat_rested,
      minute.number as chat_minute, extract(epoch from t.now - minute.began) as chat_minute_began
    from (select clock_timestamp() as now) t
    join bot_sends s on s.id = :send and s.state in ('owed', 'sending')
    cross join lateral (
      select count(*) as number, min(o.began_at) as began from bot_sends o
      where o.bot_id = s.bot_id and o.chat_id = s.chat_id
        and o.began_at > t.now - interval '1 minute'
    ) minute
    for update of s
    """  # noqa: S608 - written here
)
# Of each chat the first; each query walks its index only as far as it must.
_FIRST = f"""
    s.state in ('owed', 'sending')
    and (s.state = 'sending' or not exists (select 1 from bot_sends e where {_BEFORE}))
"""  # noqa: S608 - written here
_DUE = text(
    f"""
    with due as (
      select s.id from bot_sends s
      where s.ring_at <= now() and {_FIRST}
      order by s.priority, s.ring_at limit :limit
      for update skip locked
    )
    update bot_sends set
      ring_at = now() + make_interval(secs => least(30, :again * 2 ^ least(rings, 5))),
      rings = rings + 1
    from due where bot_sends.id = due.id
    returning bot_sends.id
    """  # noqa: S608 - written here
)
_NEXT_DUE = text(
    f"""
    select extract(epoch from s.ring_at - now()) from bot_sends s
    where {_FIRST} order by s.ring_at limit 1
    """  # noqa: S608 - written here
)
