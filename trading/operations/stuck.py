"""Jobs that get nowhere: open for long without a fill, and neither paused nor waiting for another
of their account. As conditions on `jobs` for the dashboard's queries."""

from __future__ import annotations

from models.base import any_of
from models.states import ENDED_JOBS
from trading.outbox import IS_BEHIND

IS_STUCK = f"""(
  not ({any_of("jobs.state", ENDED_JOBS)})
  and greatest(jobs.created_at, jobs.undo_until) < now() - interval '10 minutes'
  and jobs.wait_reason is distinct from 'paused'
  and not {IS_BEHIND}
  and not exists (
    select 1 from fills
    where fills.job_id = jobs.id and fills.created_at > now() - interval '5 minutes'
  )
)"""  # noqa: S608 - built from enums of ours
