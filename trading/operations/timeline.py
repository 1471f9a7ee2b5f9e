"""Everything that happened to one job, in the order of time: what its events told (`job_events`),
fills by the exchange's clock, the ends of legs, messages about it, and the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.numbers import plain
from models import job_events
from models.audit import AuditEntry
from models.bot_sends import BotSend
from models.fills import Fill
from models.job_events import Happened, JobEvent
from models.jobs import Attempt, Job, Leg

MOST = 5000
"""Events of one job that are read; a job of hundreds of legs has some thousands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `facts` are text: numbers, words of ours, ids."""

    at: datetime
    kind: str
    leg: Leg | None = None
    attempt: Attempt | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A job's whole history with what it is about, as stored."""

    legs: Sequence[Leg]
    attempts: Sequence[Attempt]
    events: Sequence[JobEvent]
    fills: Sequence[Fill]
    sends: Sequence[BotSend]
    audit: Sequence[AuditEntry]


def read_story(session: Session, job: Job) -> Story:
    """In six queries, however long it is."""
    legs = session.scalars(select(Leg).where(Leg.job_id == job.id).order_by(Leg.seq)).all()
    attempts = session.scalars(
        select(Attempt).where(Attempt.leg_id.in_([leg.id for leg in legs])).order_by(Attempt.id)
    ).all()
    fills = session.scalars(select(Fill).where(Fill.job_id == job.id).order_by(Fill.id)).all()
    # The receipt that is owed to the person's chat.
    sends = session.scalars(
        select(BotSend).where(BotSend.user_id == job.user_id, BotSend.key == f"receipt:{job.id}")
    ).all()
    # By time, which is indexed; what is done about a job is done while it runs, or soon after.
    last = (job.finished_at or clock.utcnow()) + timedelta(days=1)
    audit = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == f"job:{job.id}", AuditEntry.at.between(job.created_at, last))
        .order_by(AuditEntry.id)
    ).all()
    events = job_events.of_job(session, job.id, MOST)
    return Story(legs, attempts, events, fills, sends, audit)


def timeline(job: Job, story: Story) -> list[Entry]:
    """Oldest first. Of jobs from before events were told, attempts speak for themselves."""
    planned = (event.at for event in story.events if event.kind == Happened.PLANNED)
    planned_at = next(planned, job.planned_at)
    entries = [
        *_job(job),
        *_legs(story.legs, planned_at),
        *_fills(story),
        *_sends(story),
        *_audit(story),
    ]
    entries += _events(story) if story.events else _attempts(story)
    order = {kind: rank for rank, kind in enumerate(_ORDER)}
    # At the same moment causes come before what they led to.
    return sorted(entries, key=lambda one: (one.at, order.get(one.kind, len(order))))


_ORDER = ("accepted", "audited", "claimed", "taken_over", "planned", "leg_planned", "sent")


def _job(job: Job) -> Iterator[Entry]:
    yield Entry(
        job.created_at,
        "accepted",
        facts=_facts(
            percent=plain(job.percent), undo_until=job.undo_until and job.undo_until.isoformat()
        ),
    )
    if job.verification is not None:
        checked = datetime.fromisoformat(str(job.verification["checked_at"]))
        yield Entry(checked, "verified", facts=_facts(code=job.verification.get("code")))


def _legs(legs: Sequence[Leg], planned_at: datetime | None) -> Iterator[Entry]:
    for leg in legs:
        planned = {"side": leg.side, "qty": plain(leg.qty_planned), "price": plain(leg.price)}
        if planned_at is not None:
            yield Entry(planned_at, "leg_planned", leg, facts=planned)
        if leg.finished_at is not None:
            facts = _facts(state=leg.state, reason=leg.reason, filled=plain(leg.qty_filled))
            yield Entry(leg.finished_at, "leg_ended", leg, facts=facts)


def _events(story: Story) -> Iterator[Entry]:
    legs = {leg.id: leg for leg in story.legs}
    attempts = {attempt.id: attempt for attempt in story.attempts}
    for event in story.events:
        facts = {name: str(value) for name, value in event.data.items()}
        leg = legs.get(event.leg_id) if event.leg_id else None
        attempt = attempts.get(event.attempt_id) if event.attempt_id else None
        if attempt is not None and event.kind == Happened.ANSWERED:
            facts = _facts(**_of_answer(attempt, facts)) | facts
        if event.kind == Happened.PLANNED:
            facts["legs"] = str(len(story.legs))
        yield Entry(event.at, event.kind, leg, attempt, facts)


def _of_answer(attempt: Attempt, facts: Mapping[str, str]) -> dict[str, str | None]:
    """What the order's row tells of this answer. Events from before migration 0025 are without the
    exchange's own words: the row holds the last ones."""
    is_last = facts.get("code") == str(attempt.code)
    return {
        "order_id": attempt.order_id if facts.get("state") == "acknowledged" else None,
        "message": attempt.message if is_last else None,
    }


def _attempts(story: Story) -> Iterator[Entry]:
    legs = {leg.id: leg for leg in story.legs}
    for attempt in story.attempts:
        leg = legs[attempt.leg_id]
        if attempt.sent_at is not None:
            facts = {"sends": str(attempt.sends)}
            yield Entry(attempt.sent_at, Happened.SENT.value, leg, attempt, facts)
        if attempt.acknowledged_at is not None:
            facts = _facts(state="acknowledged", order_id=attempt.order_id)
            yield Entry(attempt.acknowledged_at, Happened.ANSWERED.value, leg, attempt, facts)
        if attempt.settled_at is not None:
            facts = _facts(state=attempt.state, reason=attempt.reason, code=attempt.code)
            yield Entry(attempt.settled_at, Happened.SETTLED.value, leg, attempt, facts)


def _fills(story: Story) -> Iterator[Entry]:
    legs = {leg.id: leg for leg in story.legs}
    attempts = {attempt.id: attempt for attempt in story.attempts}
    for fill in story.fills:
        facts = {
            "qty": plain(fill.qty),
            "price": plain(fill.price),
            "fee": f"{plain(fill.fee)} {fill.fee_currency}",
            "exec_id": fill.exec_id,
        }
        yield Entry(
            fill.executed_at, "filled", legs.get(fill.leg_id), attempts.get(fill.attempt_id), facts
        )


def _sends(story: Story) -> Iterator[Entry]:
    for send in story.sends:
        yield Entry(send.created_at, "message_owed", facts={"what": send.kind})
        ended = send.sent_at or (send.began_at if send.state in ("refused", "unknown") else None)
        if ended is not None:
            facts = _facts(what=send.kind, state=send.state, message=send.description)
            yield Entry(ended, "message_sent", facts=facts)


def _audit(story: Story) -> Iterator[Entry]:
    for entry in story.audit:
        facts = {"action": entry.action, "actor": str(entry.actor or "")}
        yield Entry(entry.at, "audited", facts={name: told for name, told in facts.items() if told})


def _facts(**known: object) -> dict[str, str]:
    """Those that there are."""
    return {name: str(value) for name, value in known.items() if value is not None}
