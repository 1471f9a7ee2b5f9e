"""What will not go on by itself: messages of bots that were not sent, mails that no server takes,
and jobs that get nowhere. Replayed, each is tried anew; discarded, nobody is shown it any more, a
mail is not sent, and a job is cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.queue_names import BOT_CHANNEL
from models import mails
from models.bot_sends import WITHDRAWN, BotSend, SendState
from models.jobs import Job
from models.mails import Mail
from models.states import ENDED_JOBS
from trading.operations.stuck import IS_STUCK
from trading.outbox import CHANNEL, ring_from

MOST = 100
_LATELY = timedelta(days=7)
_TRIED_OFTEN = 3
_LIFE = timedelta(hours=1)


class Dead(StrEnum):
    """`message`: one of the queue in Redis, which the web knows."""

    MESSAGE = "message"
    SEND = "send"
    MAIL = "mail"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`what` is its kind in our words, `why` the last answer's. `doubtful`: it may have arrived, so
    a replay may be a second one."""

    kind: Dead
    id: str
    at: datetime
    what: str
    why: str
    tries: int
    user_id: uuid.UUID | None = None
    doubtful: bool = False


def dead_letters(session: Session) -> list[DeadLetter]:
    """Those of the last week, the newest first of each kind, `MOST` of them."""
    return [*_sends(session), *_mails(session), *_jobs(session)]


def _sends(session: Session) -> Sequence[DeadLetter]:
    query = (
        select(BotSend)
        .where(
            BotSend.state.in_([SendState.REFUSED, SendState.UNKNOWN]),
            BotSend.discarded_at.is_(None),
            BotSend.description.is_distinct_from(WITHDRAWN),
            BotSend.created_at > func.now() - _LATELY,
        )
        .order_by(BotSend.created_at.desc())
        .limit(MOST)
    )
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
    often = Mail.tries >= _TRIED_OFTEN
    query = select(Mail).where(often).order_by(Mail.created_at.desc()).limit(MOST)
    return [
        DeadLetter(
            Dead.MAIL, str(row.id), row.created_at, row.kind, "not_taken", row.tries, row.user_id
        )
        for row in session.scalars(query)
    ]


def _jobs(session: Session) -> Sequence[DeadLetter]:
    query = select(Job).where(text(IS_STUCK)).order_by(Job.id.desc()).limit(MOST)
    return [
        DeadLetter(
            Dead.JOB,
            str(row.id),
            row.created_at,
            row.kind.value,
            row.wait_reason or "no_progress",
            row.lease_epoch,
            row.user_id,
        )
        for row in session.scalars(query)
    ]


# -- settling; each in the caller's transaction, None or False where there is no such letter ------


def replay_send(session: Session, send_id: uuid.UUID) -> BotSend | None:
    """Owe it anew, for an hour. What may have arrived is sent a second time."""
    found = session.scalar(
        update(BotSend)
        .where(BotSend.id == send_id, BotSend.state.in_([SendState.REFUSED, SendState.UNKNOWN]))
        .values(
            state=SendState.OWED,
            description=None,
            discarded_at=None,
            not_before=func.now(),
            not_after=func.now() + _LIFE,
            ring_at=func.now(),
            rings=0,
        )
        .returning(BotSend)
        .execution_options(populate_existing=True)
    )
    if found is not None:
        session.execute(select(func.pg_notify(BOT_CHANNEL, "")))
    return found


def discard_send(session: Session, send_id: uuid.UUID) -> bool:
    query = (
        update(BotSend)
        .where(
            BotSend.id == send_id,
            BotSend.state.in_([SendState.REFUSED, SendState.UNKNOWN]),
            BotSend.discarded_at.is_(None),
        )
        .values(discarded_at=func.now())
        .returning(BotSend.id)
    )
    return session.scalar(query) is not None


def replay_mail(session: Session, mail_id: uuid.UUID) -> bool:
    """It is due now, and is tried as often as a new one."""
    query = (
        update(Mail).where(Mail.id == mail_id).values(due_at=func.now(), tries=0).returning(Mail.id)
    )
    return session.scalar(query) is not None


def discard_mail(session: Session, mail_id: uuid.UUID) -> bool:
    found = session.get(Mail, mail_id) is not None
    if found:
        mails.settle(session, mail_id)
    return found


def replay_job(session: Session, job_id: uuid.UUID) -> bool:
    """It need not wait out its pause: whoever is free goes on with it."""
    job = session.scalar(
        select(Job).where(Job.id == job_id, Job.state.not_in(list(ENDED_JOBS))).with_for_update()
    )
    if job is None:
        return False
    # Not the seconds in which the person may take it back.
    if job.started_at is not None:
        job.not_before = None
    ring_from(session, job.id, func.now())
    session.execute(text(f"select pg_notify('{CHANNEL}', '')"))
    return True
