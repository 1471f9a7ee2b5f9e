"""How much waits and moves: the queues as Postgres knows them, and what a minute brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.ids import first_id_at
from models.base import any_of
from models.bot_sends import BotSend, given_up
from models.job_events import Happened, JobEvent
from models.jobs import Job
from models.states import ENDED_JOBS
from trading.operations.stuck import IS_STUCK
from trading.outbox import COULD_GO_ON, IS_BEHIND, IS_KEPT_BACK, WAITS_FOR

MINUTES = 30
"""How far back rates are told."""


@dataclass(frozen=True, slots=True)
class Queue:
    """`ready` could go on now, `running` is worked on, `delayed` may not yet, and `dead` will not
    by itself."""

    name: str
    ready: int = 0
    running: int = 0
    delayed: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """Jobs that are rung for until they end; of them those that could go on and that no worker
    takes up for more than a moment, and for how long the oldest waits so, in seconds. Not by the
    rings: whoever rings in vain puts the next one off."""

    owed: int
    overdue: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Jobs by the minute, the oldest minute first; `since` is its beginning. The last one is not
    over."""

    since: datetime
    accepted: Sequence[int]
    ended: Sequence[int]
    failed: Sequence[int]
    takeovers: Sequence[int]


def queues(session: Session, dead: Mapping[str, int]) -> list[Queue]:
    """Of jobs, and of what is owed to chats, by mail and to updates of bots. `dead`: see
    `dead_ones`."""
    rows = session.execute(_QUEUES).mappings()
    return [
        replace(found := Queue(**row), dead=found.dead + dead.get(found.name, 0)) for row in rows
    ]


def dead_ones(session: Session) -> Mapping[str, int]:
    """Messages of bots that are given up, by queue: a week's rows are counted, so not each
    second."""
    count = session.scalar(select(func.count()).select_from(BotSend).where(given_up()))
    return {"sends": count or 0}


def outbox(session: Session) -> Outbox:
    row = session.execute(_OUTBOX).one()
    return Outbox(row.owed, row.overdue, float(row.oldest))


def waits(session: Session) -> Mapping[str, int]:
    """Open jobs by why they wait."""
    query = (
        select(Job.wait_reason, func.count())
        .where(Job.state.not_in(list(ENDED_JOBS)), Job.wait_reason.is_not(None))
        .group_by(Job.wait_reason)
    )
    return {str(reason): count for reason, count in session.execute(query)}


def leases(session: Session) -> Mapping[str, int]:
    """Held leases by worker process (`models.worker_processes`, its name)."""
    query = select(Job.lease_owner).where(
        Job.state.not_in(list(ENDED_JOBS)), Job.lease_until >= func.now()
    )
    return Counter(str(owner).rpartition(":")[0] for owner in session.scalars(query))


def rates(session: Session, now: datetime) -> Rates:
    """Of the last `MINUTES`, the present one included."""
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)
    minute = func.date_trunc("minute", Job.created_at)
    made = (
        select(minute, func.count())
        .where(Job.id >= first_id_at(since - timedelta(minutes=1)), Job.created_at >= since)
        .group_by(minute)
    )
    accepted: dict[datetime, int] = {at: int(count) for at, count in session.execute(made)}
    at = func.date_trunc("minute", JobEvent.at)
    state = JobEvent.data["state"].astext
    happened: dict[tuple[str, str | None, datetime], int] = {
        (kind, how, moment): count
        for kind, how, moment, count in session.execute(
            select(JobEvent.kind, state, at, func.count())
            .where(
                JobEvent.kind.in_([Happened.ENDED.value, Happened.TAKEN_OVER.value]),
                JobEvent.at >= since,
            )
            .group_by(JobEvent.kind, state, at)
        )
    }

    def by_minute(kind: Happened, only: str | None = None) -> list[int]:
        found: Counter[datetime] = Counter()
        for (what, how, moment), count in happened.items():
            if what == kind and only in (None, how):
                found[moment] += count
        return [found[moment] for moment in moments]

    moments = [since + timedelta(minutes=n) for n in range(MINUTES)]
    return Rates(
        since=since,
        accepted=[accepted.get(moment, 0) for moment in moments],
        ended=by_minute(Happened.ENDED),
        failed=by_minute(Happened.ENDED, "failed"),
        takeovers=by_minute(Happened.TAKEN_OVER),
    )


_QUEUES = text(
    f"""
    with open_jobs as (
      select
        lease_until >= now() as held, not_before > now() or {IS_KEPT_BACK} as early,
        {IS_BEHIND} as behind, {IS_STUCK} as stuck
      from jobs where not ({any_of("state", ENDED_JOBS)})
    )
    select 'jobs' as name,
      count(*) filter (where held is not true and early is not true and not behind) as ready,
      count(*) filter (where held) as running,
      count(*) filter (where held is not true and (early or behind)) as delayed,
      count(*) filter (where stuck) as dead
    from open_jobs
    union all
    select 'sends',
      count(*) filter (where state = 'owed' and not_before <= now()),
      count(*) filter (where state = 'sending'),
      count(*) filter (where state = 'owed' and not_before > now()), 0
    from bot_sends where state in ('owed', 'sending')
    union all
    select 'mails',
      count(*) filter (where dead_at is null and due_at <= now()), 0,
      count(*) filter (where dead_at is null and due_at > now()),
      count(*) filter (where dead_at is not null)
    from mails
    union all
    select 'updates',
      count(*) filter (where ring_at <= now()), 0, count(*) filter (where ring_at > now()), 0
    from bot_updates where handled_at is null and set_aside_at is null
    """  # noqa: S608 - built from enums of ours
)

_OUTBOX = text(
    f"""
    with waiting as (
      select {WAITS_FOR} as seconds from jobs where {COULD_GO_ON}
    ), late as (
      select count(*) as overdue, coalesce(max(seconds), 0) as oldest from waiting
      where seconds > 3
    )
    select (select count(*) from outbox) as owed, overdue, oldest from late
    """  # noqa: S608 - built from constants of ours
)
