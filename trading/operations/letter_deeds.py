"""The two ways out for what will not go on by itself: tried anew, or let go. Each in the caller's
transaction; None or False where there is no such letter."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core import clock
from core.problems import Problem
from core.queue_names import BOT_CHANNEL
from models import mails
from models.bot_sends import WITHDRAWN, BotSend, Deed, SendState
from models.jobs import Job
from models.mail_links import MailLink
from models.states import ENDED_JOBS
from models.waking import wake
from trading.outbox import ring_now

LIFE = timedelta(hours=1)
"""For so long what is owed anew may still be sent."""
_ENDED = (SendState.REFUSED, SendState.UNKNOWN)
_OPEN = (SendState.OWED, SendState.SENDING)


def replay_send(session: Session, send_id: uuid.UUID) -> BotSend | None:
    """Owe it anew, for an hour. What may have arrived is sent a second time.

    Raises Problem (409): `send_withdrawn`, `send_too_late` for the question about a sign-in that is
    over, `send_without_message` and `send_superseded` for what is done to a message that there is
    not, or that says something newer."""
    send = session.scalar(
        select(BotSend)
        .where(BotSend.id == send_id, BotSend.state.in_(_ENDED))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if send is None:
        return None
    if send.description == WITHDRAWN:
        raise Problem("send_withdrawn", 409)
    if send.deed is not Deed.MESSAGE:
        _check_message(session, send)
    asks_of_sign_in = send.kind == "approval" and send.deed is Deed.MESSAGE
    if asks_of_sign_in and send.not_after <= clock.utcnow():
        raise Problem("send_too_late", 409)
    send.state, send.description, send.discarded_at = SendState.OWED, None, None
    send.not_before = send.ring_at = func.now()
    if not asks_of_sign_in:
        send.not_after = func.now() + LIFE
    send.rings = 0
    wake(session, BOT_CHANNEL)
    return send


def _check_message(session: Session, send: BotSend) -> None:
    """Of what is done to a message: it is there or may come, and says nothing newer."""
    maker = session.get(BotSend, send.edits_send) if send.edits_send else None
    number = send.edits_message or (maker and maker.message_id)
    if number is None and (maker is None or maker.state not in _OPEN):
        raise Problem("send_without_message", 409)
    made = aliased(BotSend)
    known = select(made.message_id).where(made.id == BotSend.edits_send).scalar_subquery()
    newer = select(BotSend.id).where(
        BotSend.bot_id == send.bot_id,
        BotSend.chat_id == send.chat_id,
        BotSend.deed == Deed.EDIT,
        BotSend.id > send.id,
        or_(
            BotSend.edits_send == send.edits_send,
            func.coalesce(BotSend.edits_message, known) == number,
        ),
    )
    if send.deed is Deed.EDIT and session.scalar(newer.limit(1)) is not None:
        raise Problem("send_superseded", 409)


def discard_send(session: Session, send_id: uuid.UUID) -> bool:
    query = (
        update(BotSend)
        .where(
            BotSend.id == send_id,
            BotSend.state.in_(_ENDED),
            BotSend.discarded_at.is_(None),
        )
        .values(discarded_at=func.now())
        .returning(BotSend.id)
    )
    return session.scalar(query) is not None


def replay_mail(session: Session, mail_id: uuid.UUID) -> bool:
    """It is due now, and is tried as often as a new one. Raises Problem (409) `mail_link_over`
    where the link in it has expired."""
    mail = mails.hold_dead(session, mail_id)
    if mail is None:
        return False
    link = session.get(MailLink, mail.link_id) if mail.link_id else None
    if link is not None and link.expires_at <= clock.utcnow():
        raise Problem("mail_link_over", 409)
    mail.dead_at, mail.dead_why, mail.tries = None, None, 0
    mail.due_at = func.now()
    return True


def discard_mail(session: Session, mail_id: uuid.UUID) -> bool:
    found = mails.hold_dead(session, mail_id) is not None
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
    ring_now(session, job.id)
    return True
