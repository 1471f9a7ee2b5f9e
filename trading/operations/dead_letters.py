"""What will not go on by itself: messages of bots that were not sent, mails that no server takes,
and jobs that get nowhere. The two ways out of it: `trading.operations.letter_deeds`."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.bot_sends import BotSend, SendState, given_up
from models.jobs import Job
from models.mails import Mail
from trading.operations.stuck import IS_STUCK

MOST = 100
_IS_DEAD_MAIL = Mail.dead_at.is_not(None)
_IS_STUCK_JOB = text(IS_STUCK)


class Dead(StrEnum):
    """`message`: one of the queue in Redis, which the web knows."""

    MESSAGE = "message"
    SEND = "send"
    MAIL = "mail"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`what` is its kind in our words, `why` the last answer's. `doubtful`: it may have arrived, so
    a replay may be a second one. `cancelling`: a job that was cancelled already, which no worker
    has heard yet."""

    kind: Dead
    id: str
    at: datetime
    what: str
    why: str
    tries: int
    user_id: uuid.UUID | None = None
    doubtful: bool = False
    cancelling: bool = False


def dead_letters(session: Session) -> list[DeadLetter]:
    """Those of the last week, the newest first of each kind, `MOST` of them."""
    return [*_sends(session), *_mails(session), *_jobs(session)]


def totals(session: Session, listed: Iterable[DeadLetter]) -> Mapping[Dead, int]:
    """How many there are of each kind in PostgreSQL, also where only `MOST` of them are listed."""
    counts = Counter(letter.kind for letter in listed)
    # What is listed whole need not be counted by the database.
    return {
        kind: counts[kind] if counts[kind] < MOST else session.scalar(query) or 0
        for kind, query in _COUNTS.items()
    }


def _sends(session: Session) -> Sequence[DeadLetter]:
    query = select(BotSend).where(given_up()).order_by(BotSend.created_at.desc()).limit(MOST)
    return [
        DeadLetter(
            Dead.SEND,
            str(row.id),
            row.began_at or row.created_at,
            row.kind,
            row.description or row.state.value,
            row.tries,
            row.user_id,
            doubtful=row.state is SendState.UNKNOWN,
        )
        for row in session.scalars(query)
    ]


def _mails(session: Session) -> Sequence[DeadLetter]:
    query = select(Mail).where(_IS_DEAD_MAIL).order_by(Mail.dead_at.desc()).limit(MOST)
    return [
        DeadLetter(
            Dead.MAIL,
            str(row.id),
            row.dead_at or row.created_at,
            row.kind,
            row.dead_why or "",
            row.tries,
            row.user_id,
        )
        for row in session.scalars(query)
    ]


def _jobs(session: Session) -> Sequence[DeadLetter]:
    query = select(Job).where(_IS_STUCK_JOB).order_by(Job.id.desc()).limit(MOST)
    return [
        DeadLetter(
            Dead.JOB,
            str(row.id),
            row.created_at,
            row.kind.value,
            row.wait_reason or "no_progress",
            row.lease_epoch,
            row.user_id,
            cancelling=row.cancel_requested,
        )
        for row in session.scalars(query)
    ]


_COUNTS = {
    Dead.SEND: select(func.count()).select_from(BotSend).where(given_up()),
    Dead.MAIL: select(func.count()).select_from(Mail).where(_IS_DEAD_MAIL),
    Dead.JOB: select(func.count()).select_from(Job).where(_IS_STUCK_JOB),
}
