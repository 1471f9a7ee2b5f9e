"""The outbox's life: a ring is owed from the accept on, and again whenever nobody works on a job
that could go on, until the job ends (design §4).

Publishing comes before the commit that notes it: a relay that dies in between leaves the ring owed.
Ringing too often only costs a look; ringing too seldom would cost a job.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.sql.elements import TextClause

from core import tracing
from models.base import any_of
from models.jobs import Job
from models.operations import IS_PAUSED
from models.outbox import OutboxRow
from models.states import ENDED_JOBS
from models.waking import wake
from trading.waits import WaitReason

CHANNEL = "ebb_ring"
"""Notified in the accepting transaction, so a relay knows that there is something to look after."""
GRACE_SECONDS = 0.25
"""Who accepted a job rings at once; the relay leaves it this long to do so."""
_BATCH = 200

IS_KEPT_BACK = f"""(
  jobs.wait_reason is not distinct from '{WaitReason.PAUSED}' and not jobs.cancel_requested
  and {IS_PAUSED}
)"""
"""As a condition on `jobs`: it has met the pause of all sending, and nothing of it is at the
exchange. No worker takes it up before sending goes on; a cancel is done at once."""
IS_BEHIND = f"""exists (
  select 1 from jobs earlier
  where earlier.account_id = jobs.account_id and earlier.queue_no < jobs.queue_no
    and not ({any_of("earlier.state", ENDED_JOBS)})
)"""  # noqa: S608 - built from enums of ours
COULD_GO_ON = f"""(
  not ({any_of("jobs.state", ENDED_JOBS)})
  and (jobs.lease_until is null or jobs.lease_until < now())
  and (jobs.not_before is null or jobs.not_before <= now())
  and not {IS_KEPT_BACK} and not {IS_BEHIND}
)"""
WAITS_FOR = """extract(
  epoch from now() - greatest(jobs.created_at, jobs.undo_until, jobs.not_before, jobs.lease_until)
)"""
"""Of a job that could go on: for how many seconds it has waited to be taken up. (One whose account
was busy before is counted from its acceptance: it is taken up at once, or else it does wait.)"""
LONGEST_WAIT = text(f"select coalesce(max({WAITS_FOR}), 0)::float8 from jobs where {COULD_GO_ON}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Look:
    """One relay's look: whom it rang for, and in how many seconds the next look is due (None:
    nothing is owed)."""

    rung: tuple[uuid.UUID, ...]
    next_in: float | None


def owe_ring(session: Session, job_id: uuid.UUID, delay_seconds: float) -> None:
    """In the transaction that stores the job, which may start after `delay_seconds`."""
    wait = timedelta(seconds=delay_seconds or GRACE_SECONDS)
    session.add(OutboxRow(job_id=job_id, ring_at=func.now() + wait))
    wake(session, CHANNEL)


def ring_from(
    session: Session, jobs: uuid.UUID | Select[tuple[uuid.UUID]], moment: SQLColumnExpression[Any]
) -> None:
    """The next ring for the job, or for all that are selected, is owed from this moment of the
    database's clock."""
    these = OutboxRow.job_id == jobs if isinstance(jobs, uuid.UUID) else OutboxRow.job_id.in_(jobs)
    session.execute(
        update(OutboxRow)
        .where(these)
        .values(ring_at=moment, rings=0)
        .execution_options(synchronize_session=False)
    )


def ring_now(session: Session, job_id: uuid.UUID) -> None:
    """A ring is owed at once, also to an open job to which, against all rules, none was owed."""
    due = {"ring_at": func.now(), "rings": 0}
    session.execute(
        insert(OutboxRow)
        .values(job_id=job_id, **due)
        .on_conflict_do_update(index_elements=["job_id"], set_=due)
    )
    wake(session, CHANNEL)


def settle_ended(session: Session, job: Job) -> uuid.UUID | None:
    """The job has ended: nothing is owed to it any more, and the account's next one, which it held
    back, is due. The next one's id."""
    session.execute(delete(OutboxRow).where(OutboxRow.job_id == job.id))
    following = (
        select(Job.id)
        .where(Job.account_id == job.account_id, Job.state.not_in(list(ENDED_JOBS)))
        .where(Job.queue_no > job.queue_no)
        .order_by(Job.queue_no)
        .limit(1)
        .scalar_subquery()
    )
    woken = session.scalar(
        update(OutboxRow)
        .where(OutboxRow.job_id == following)
        .values(
            ring_at=func.greatest(
                func.now(), select(Job.not_before).where(Job.id == following).scalar_subquery()
            ),
            rings=0,
        )
        .returning(OutboxRow.job_id)
    )
    if woken is not None:
        wake(session, CHANNEL)
    return woken


def all_owed_now(session: Session) -> None:
    """The queue has lost its messages: whatever was rung for may have been forgotten."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.rings > 0, OutboxRow.ring_at > func.now())
        .values(ring_at=func.now())
    )


def look(
    sessions: sessionmaker[Session], ring: Callable[[uuid.UUID], object], *, again_seconds: float
) -> Look:
    """Ring for every job that is due, free or abandoned, and first of its account; tell when to
    look next. `again_seconds`: a ring that led to nothing is repeated after that, then after
    twice that, and so on. Safe in any number of processes at once: each row is one's alone.

    Raises whatever `ring` raises; the rings are then still owed.
    """
    with sessions.begin() as session:
        rows = session.execute(_LOOK, {"limit": _BATCH, "again": again_seconds}).all()
        owed = {row.job_id: row.traceparent for row in rows if row.fate == "ring"}
        for job_id, parent in owed.items():
            with tracing.step("job.ring", {"ebb.by": "relay"}, kind="producer", parent=parent):
                ring(job_id)
        rung = tuple(owed)
        if len(rows) == _BATCH:
            return Look(rung, 0.0)
        # `statement_timestamp` would do as well; the transaction's own time is what `due` used.
        next_in = session.scalar(
            select(func.extract("epoch", func.min(OutboxRow.ring_at) - func.now()))
        )
    return Look(rung, None if next_in is None else max(0.0, float(next_in)))


# A row that another relay holds is that relay's. "held": somebody works on it, look when the
# lease ends; "behind": the account's earlier job wakes it when it ends; "kept": whoever lets
# sending go on wakes it, and if that were lost the next look would.
_LOOK: TextClause = text(
    f"""
    with due as (
      select job_id from outbox
      where ring_at <= now()
      order by ring_at limit :limit
      for update skip locked
    ), fates as (
      select jobs.id as job_id, jobs.lease_until, jobs.not_before, jobs.traceparent,
        case
          when {any_of("jobs.state", ENDED_JOBS)} then 'over'
          when jobs.lease_until >= now() then 'held'
          when jobs.not_before > now() then 'early'
          when {IS_KEPT_BACK} then 'kept'
          when {IS_BEHIND} then 'behind'
          else 'ring'
        end as fate
      from due join jobs on jobs.id = due.job_id
    ), gone as (
      delete from outbox using fates where outbox.job_id = fates.job_id and fate = 'over'
    )
    update outbox set
      ring_at = case fate
        when 'held' then lease_until
        when 'early' then not_before
        when 'behind' then now() + interval '5 seconds'
        when 'kept' then now() + interval '10 seconds'
        else now() + make_interval(secs => least(30, :again * 2 ^ least(rings, 5)))
      end,
      rings = case fate when 'ring' then rings + 1 else 0 end
    from fates
    where outbox.job_id = fates.job_id and fate <> 'over'
    returning outbox.job_id, fate, traceparent
    """  # noqa: S608 - built from enums of ours
)
