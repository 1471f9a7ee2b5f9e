"""The invariants of jobs, fills and snapshots by our tables alone, for everybody at once.

What the tests' oracle checks against the exchange's ledger, as far as a database can know it:
after a restore, or whenever somebody doubts. Retention removes attempts and fills of old jobs, so
sums are made for jobs that still have theirs.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.base import any_of
from models.states import ENDED_JOBS, ENDED_LEGS

_SHOWN = 20


def faults(session: Session) -> Iterator[str]:
    """A sentence for each thing that breaks an invariant, at most 20 of a kind. Reads everybody's
    rows: the session's scope must be the system's."""
    for query, sentence in _CHECKS:
        for row in session.execute(text(f"{query} limit {_SHOWN}")):
            yield sentence.format(**row._mapping)


_ENDED = any_of("jobs.state", ENDED_JOBS)
_CHECKS = (
    (
        """
        select legs.id, legs.qty_filled, coalesce(sum(fills.qty), 0) as filled
        from legs join jobs on jobs.id = legs.job_id left join fills on fills.leg_id = legs.id
        where jobs.trimmed_at is null
        group by legs.id having legs.qty_filled <> coalesce(sum(fills.qty), 0)
        """,
        "I2: leg {id} has {qty_filled} filled, its fills are {filled}",
    ),
    (
        f"""
        select legs.id, legs.state, jobs.state as job_state
        from legs join jobs on jobs.id = legs.job_id
        where {_ENDED} and not ({any_of("legs.state", ENDED_LEGS)})
        """,  # noqa: S608 - constants of ours
        "I1: leg {id} is {state}, its job {job_state}",
    ),
    (
        """
        select snapshots.id, snapshots.qty_closed, coalesce(sum(fills.qty), 0) as filled
        from snapshots join jobs on jobs.id = snapshots.job_id
        left join fills on fills.leg_id = snapshots.leg_id
        where jobs.trimmed_at is null
        group by snapshots.id having snapshots.qty_closed <> coalesce(sum(fills.qty), 0)
        """,
        "I3: snapshot {id} closed {qty_closed}, its fills are {filled}",
    ),
    (
        """
        select snapshots.id, snapshots.qty_restored, coalesce(sum(fills.qty - case
            when legs.category = 'spot' and fills.fee_currency = legs.base_coin then fills.fee
            else 0 end), 0) as back
        from snapshots
        left join legs on legs.snapshot_id = snapshots.id
        left join fills on fills.leg_id = legs.id
        where not exists (
          select from legs given join jobs on jobs.id = given.job_id
          where given.snapshot_id = snapshots.id and jobs.trimmed_at is not null
        )
        group by snapshots.id
        having snapshots.qty_restored <> greatest(0, least(snapshots.qty_closed,
          coalesce(sum(fills.qty - case
            when legs.category = 'spot' and fills.fee_currency = legs.base_coin then fills.fee
            else 0 end), 0)))
        """,
        "I3: snapshot {id} has {qty_restored} restored, its fills gave back {back}",
    ),
    (
        f"""
        select jobs.id, jobs.state from jobs left join outbox on outbox.job_id = jobs.id
        where ({_ENDED}) = (outbox.job_id is not null)
        """,  # noqa: S608 - constants of ours
        "outbox: job {id} is {state}, and its ring does not fit that",
    ),
)
