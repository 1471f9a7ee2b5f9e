"""Counters: what metrics tell of ended jobs, legs, messages and of takeovers.

Revision: 0019
Follows: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Of each trigger: its table, when it fires, and the function.
_TRIGGERS = {
    "count_job": (
        "jobs",
        "after update of finished_at",
        "old.finished_at is null and new.finished_at is not null",
    ),
    "count_takeover": (
        "jobs",
        "after update of lease_epoch",
        "old.lease_owner is not null and new.lease_epoch > old.lease_epoch",
    ),
    # Legs that are planned as skipped have ended when they are stored.
    "count_leg": ("legs", "after insert", "new.state = 'skipped'"),
    "count_leg_end": (
        "legs",
        "after update of state",
        "old.state in ('planned', 'working') and new.state not in ('planned', 'working')",
    ),
    "count_send": (
        "bot_sends",
        "after update of state",
        "old.state in ('owed', 'sending') and new.state not in ('owed', 'sending')",
    ),
}
_FUNCTIONS = {
    "count_job": """
declare
  answered timestamptz;
  took numeric;
begin
  insert into counters (name, labels, amount)
  values ('jobs_ended', array[new.state, new.kind], 1);
  select min(least(attempts.acknowledged_at, attempts.settled_at)) into answered
  from legs join attempts on attempts.leg_id = legs.id
  where legs.job_id = new.id and attempts.sends > 0;
  if answered is not null then
    -- An answer is dated by the worker's clock, the rest by the database's.
    took := greatest(0, extract(epoch from answered - coalesce(new.undo_until, new.created_at)));
    insert into counters (name, labels, amount) values
      ('taps', array[coalesce((select min(bound)::text from unnest(array[0.025, 0.05, 0.1, 0.15,
        0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]) as bound where took <= bound), '+Inf')], 1),
      ('tap_seconds', '{}', took);
  end if;
  return null;
end
""",
    "count_takeover": """
begin
  insert into counters (name, labels, amount) values ('takeovers', '{}', 1);
  return null;
end
""",
    "count_leg": """
begin
  insert into counters (name, labels, amount) values ('legs_ended', array[new.state], 1);
  return null;
end
""",
    "count_send": """
begin
  insert into counters (name, labels, amount) values ('telegram_sends', array[
    case when new.state = 'refused' and new.tries = 0 then 'dropped' else new.state end], 1);
  return null;
end
""",
}


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.String(length=64)), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
    )
    op.add_column("jobs", sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True))
    for name, body in _FUNCTIONS.items():
        op.execute(f"create function {name}() returns trigger language plpgsql as $$ {body} $$")
    for name, (table, event, condition) in _TRIGGERS.items():
        function = name.removesuffix("_end")
        op.execute(
            f"create trigger {name} {event} on {table} for each row when ({condition})"
            f" execute function {function}()"
        )


def downgrade() -> None:
    for name, (table, _, _) in _TRIGGERS.items():
        op.execute(f"drop trigger {name} on {table}")
    for name in _FUNCTIONS:
        op.execute(f"drop function {name}()")
    op.drop_column("jobs", "undo_until")
    op.drop_table("counters")
