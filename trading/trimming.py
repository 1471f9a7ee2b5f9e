"""Retention: jobs that ended long ago keep their legs and receipt; attempts, events and fills go.

What may still be needed stays: a snapshot that can be restored keeps the fills of the job that made
it and of every job that gave something back, since its quantities are computed from them.
"""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from core.logs import get_logger
from trading.schedules import claim_run

log = get_logger(__name__)

_NAME = "trim_jobs"
_EVERY = timedelta(hours=1)
_BATCH = 200


def claim_trimming(sessions: sessionmaker[Session]) -> bool:
    """Whether a trimming is due now; true for one caller only, in whatever process."""
    return claim_run(sessions, _NAME, _EVERY)


def trim(sessions: sessionmaker[Session], *, stopping: threading.Event | None = None) -> int:
    """Trim all that is due, in small transactions; how many jobs were trimmed."""
    total = 0
    while stopping is None or not stopping.is_set():
        with sessions.begin() as session:
            seen, trimmed = session.execute(_TRIM, {"batch": _BATCH}).one()
        total += trimmed
        if seen < _BATCH:
            break
    if total:
        log.info("jobs.trimmed", jobs=total)
    return total


# A job that is still needed is looked at again in a week.
_TRIM = text(
    """
    with seen as (
      select id from jobs
      where trim_after <= now() and trimmed_at is null
      order by trim_after limit :batch
      for update skip locked
    ), needed as (
      select distinct legs.job_id as id
      from seen
      join legs on legs.job_id = seen.id
      join snapshots on snapshots.leg_id = legs.id or snapshots.id = legs.snapshot_id
      where snapshots.qty_restored < snapshots.qty_closed
    ), old as (
      select id from seen where id not in (select id from needed)
    ), old_legs as (
      select legs.id, legs.job_id from legs join old on old.id = legs.job_id
    ), paid as (
      select leg_id, jsonb_object_agg(fee_currency, amount::text) as fees
      from (
        select fills.leg_id, fills.fee_currency, sum(fills.fee) as amount
        from fills join old_legs on old_legs.id = fills.leg_id
        group by fills.leg_id, fills.fee_currency
      ) sums
      where amount <> 0
      group by leg_id
    ), sent as (
      select attempts.leg_id, count(*) filter (where attempts.sends > 0) as orders
      from attempts join old_legs on old_legs.id = attempts.leg_id
      group by attempts.leg_id
    ), kept as (
      update legs set
        kept_fees = coalesce((select fees from paid where paid.leg_id = legs.id), '{}'),
        kept_attempts = coalesce((select orders from sent where sent.leg_id = legs.id), 0)
      from old_legs where legs.id = old_legs.id
    ), gone_fills as (
      delete from fills using old where fills.job_id = old.id
    ), gone_attempts as (
      delete from attempts using old_legs where attempts.leg_id = old_legs.id
    ), gone_events as (
      delete from job_events using old where job_events.job_id = old.id
    ), marked as (
      update jobs set
        trimmed_at = case when jobs.id in (select id from old) then now() end,
        trim_after = case when jobs.id in (select id from old) then jobs.trim_after
                          else now() + interval '7 days' end
      from seen where jobs.id = seen.id
      returning trimmed_at
    )
    select (select count(*) from seen), (select count(*) from marked where trimmed_at is not null)
    """
)
