"""The dashboard: workers with their heartbeats, what happened to jobs, what was discarded.

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.row_policies import protect, through

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_JOB = """
declare
  mine jsonb := jsonb_build_object('epoch', new.lease_epoch);
begin
  if new.lease_epoch > old.lease_epoch then
    insert into job_events (job_id, kind, data) values (
      new.id,
      case when old.lease_owner is null then 'claimed' else 'taken_over' end,
      jsonb_strip_nulls(
        mine || jsonb_build_object('owner', new.lease_owner, 'from', old.lease_owner)
      )
    );
  end if;
  if new.cancel_requested and not old.cancel_requested then
    insert into job_events (job_id, kind, data) values (new.id, 'cancel_requested', '{}');
  end if;
  if new.planned_at is not null and old.planned_at is null then
    insert into job_events (job_id, kind, data) values (new.id, 'planned', mine);
  end if;
  if new.finished_at is not null and old.finished_at is null then
    insert into job_events (job_id, kind, data) values (
      new.id,
      'ended',
      jsonb_strip_nulls(
        mine || jsonb_build_object('state', new.state, 'code', new.error_code)
      )
    );
  elsif old.lease_owner is not null and new.lease_owner is null then
    insert into job_events (job_id, kind, data) values (
      new.id,
      'given_back',
      jsonb_strip_nulls(
        mine || jsonb_build_object(
          'owner', old.lease_owner, 'reason', new.wait_reason, 'until', new.not_before
        )
      )
    );
  end if;
  return null;
end
"""
_ATTEMPT = """
begin
  insert into job_events (job_id, leg_id, attempt_id, kind, data)
  select
    legs.job_id, new.leg_id, new.id,
    case
      when new.sends > old.sends then 'sent'
      when new.look_ups > old.look_ups then 'looked_up'
      when new.settled_at is not null and new.code is not distinct from old.code then 'settled'
      else 'answered'
    end,
    jsonb_strip_nulls(jsonb_build_object(
      'state', new.state, 'sends', new.sends,
      'filled', nullif(new.qty_filled, 0)::text, 'reason', new.reason
    ))
    || case
      when new.code is not distinct from old.code then '{}'
      else jsonb_build_object('code', new.code)
    end
  from legs where legs.id = new.leg_id;
  return null;
end
"""
_TRIGGERS = {
    "tell_job": (
        "jobs",
        """
        old.lease_epoch <> new.lease_epoch or old.lease_owner is distinct from new.lease_owner
        or old.cancel_requested <> new.cancel_requested
        or (old.planned_at is null) <> (new.planned_at is null)
        or (old.finished_at is null) <> (new.finished_at is null)
        """,
        _JOB,
    ),
    "tell_attempt": (
        "attempts",
        """
        old.sends <> new.sends or old.look_ups <> new.look_ups or old.state <> new.state
        or old.code is distinct from new.code
        """,
        _ATTEMPT,
    ),
}


def upgrade() -> None:
    op.create_table(
        "worker_processes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        _moment("started_at"),
        _moment("beat_at"),
        sa.Column("drained_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_processes")),
    )
    op.create_table(
        "job_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("leg_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        # Not the transaction's beginning: what happens in one of them happens in an order.
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        # The former release, which may still run, deletes people without knowing of events.
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_events_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_events")),
    )
    op.create_index("ix_job_events_job_id_id", "job_events", ["job_id", "id"])
    op.create_index(
        "ix_job_events_rates",
        "job_events",
        ["at"],
        postgresql_where=sa.text("kind in ('ended', 'taken_over')"),
    )
    protect(op, "job_events", through("jobs", "job_id"))
    op.add_column(
        "attempts",
        sa.Column("look_ups", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("bot_sends", sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
    for name, (table, condition, body) in _TRIGGERS.items():
        op.execute(f"create function {name}() returns trigger language plpgsql as $$ {body} $$")
        op.execute(
            f"create trigger {name} after update on {table} for each row when ({condition})"
            f" execute function {name}()"
        )


def downgrade() -> None:
    for name, (table, _, _) in _TRIGGERS.items():
        op.execute(f"drop trigger {name} on {table}")
        op.execute(f"drop function {name}()")
    op.drop_column("bot_sends", "discarded_at")
    op.drop_column("attempts", "look_ups")
    op.drop_table("job_events")
    op.drop_table("worker_processes")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )
