"""Delete a person with everything that is theirs, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from core.problems import Problem
from models import audit
from models.approvals import Approval
from models.audit import AuditEntry, AuditOrigin
from models.base import Base
from models.bot_questions import BotQuestion
from models.bot_sends import BotSend
from models.emails import Email
from models.events import Event, EventCursor
from models.exposures import Exposure
from models.fills import Fill, Snapshot
from models.job_events import JobEvent
from models.jobs import Attempt, Job, Leg
from models.link_codes import LinkCode
from models.mail_links import MailLink
from models.mails import Mail
from models.notices import Notice
from models.outbox import OutboxRow
from models.phones import Phone
from models.row_security import system_scope
from models.second_factors import RecoveryCode, SecondFactor
from models.sign_ins import SignIn
from models.states import ENDED_JOBS
from models.users import Account, User
from trading.desk import Desk


def delete_person(session: Session, desk: Desk, user_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Remove the person; the ids of the sign-ins that ended with it. The entries of the audit log
    stay; who their pseudonym was and where the requests came from go.

    Raises Problem (401) `unauthenticated` for one who is gone already, (409) `jobs_open` while a
    job has not ended: without the keys nobody could learn how its orders ended.
    """
    accounts = _hold(session, user_id)
    # Retention takes jobs before their fills; so do we.
    jobs = session.scalars(select(Job.id).where(Job.user_id == user_id).with_for_update()).all()
    ended = session.scalars(select(SignIn.id).where(SignIn.user_id == user_id)).all()
    audit.record(
        session,
        "user.deleted",
        None,
        user_id=user_id,
        details={"accounts": len(accounts), "jobs": len(jobs)},
    )
    # Legs and snapshots refer to each other.
    session.execute(update(Leg).where(Leg.job_id.in_(_jobs(user_id))).values(snapshot_id=None))
    # The policies know rows by their person; what was sent to the person's chat or address before
    # it was known to be theirs names none.
    with system_scope(session):
        for table, theirs in owned(user_id):
            # The session need not be told which rows went: it holds none of them.
            session.execute(
                delete(table).where(theirs), execution_options={"synchronize_session": False}
            )
    session.commit()
    for account_id in accounts:
        desk.forget(account_id)
    return ended


def owned(user_id: uuid.UUID) -> tuple[tuple[type[Base], ColumnElement[bool]], ...]:
    """Every table with rows of a person, and which are theirs; what refers comes before what it
    refers to."""
    jobs = _jobs(user_id)
    legs = select(Leg.id).where(Leg.job_id.in_(jobs))
    accounts = select(Account.id).where(Account.user_id == user_id)
    chats = select(User.telegram_id).where(User.id == user_id)
    entries = (
        select(AuditEntry.id)
        .join(User, User.pseudonym == AuditEntry.actor)
        .where(User.id == user_id)
    )
    # What was asked for without a sign-in knows the address only.
    address = select(Email.email).where(Email.user_id == user_id).scalar_subquery()
    return (
        (OutboxRow, OutboxRow.job_id.in_(jobs)),
        (JobEvent, JobEvent.job_id.in_(jobs)),
        (Fill, Fill.job_id.in_(jobs)),
        (Attempt, Attempt.leg_id.in_(legs)),
        (Snapshot, Snapshot.job_id.in_(jobs)),
        (Leg, Leg.job_id.in_(jobs)),
        (Job, Job.user_id == user_id),
        (Exposure, Exposure.account_id.in_(accounts)),
        (BotQuestion, BotQuestion.user_id == user_id),
        (Account, Account.user_id == user_id),
        (Notice, Notice.user_id == user_id),
        (Mail, or_(Mail.user_id == user_id, Mail.email == address)),
        (MailLink, or_(MailLink.user_id == user_id, MailLink.email == address)),
        (LinkCode, LinkCode.user_id == user_id),
        (Email, Email.user_id == user_id),
        (RecoveryCode, RecoveryCode.user_id == user_id),
        (SecondFactor, SecondFactor.user_id == user_id),
        (Approval, Approval.user_id == user_id),
        (Phone, Phone.user_id == user_id),
        # A private chat's id is the person's.
        (BotSend, or_(BotSend.user_id == user_id, BotSend.chat_id.in_(chats))),
        (Event, Event.user_id == user_id),
        (EventCursor, EventCursor.user_id == user_id),
        (SignIn, SignIn.user_id == user_id),
        (AuditOrigin, AuditOrigin.entry_id.in_(entries)),
        (User, User.id == user_id),
    )


def _jobs(user_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(Job.id).where(Job.user_id == user_id)


def _hold(session: Session, user_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The person's accounts, removed ones too, locked with the person in the order in which
    accepting a job locks them: no job, no key and no sign-in can be added meanwhile."""
    accounts = session.scalars(
        select(Account.id).where(Account.user_id == user_id).order_by(Account.id).with_for_update()
    ).all()
    if session.scalar(select(User.id).where(User.id == user_id).with_for_update()) is None:
        raise Problem("unauthenticated", 401)
    if session.scalar(
        select(func.count())
        .select_from(Job)
        .where(Job.user_id == user_id, Job.state.not_in(list(ENDED_JOBS)))
    ):
        raise Problem("jobs_open", 409)
    return accounts
