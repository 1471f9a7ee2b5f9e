"""One outbox row for each open job, reasons to wait, switches, schedules, retention.

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = "state not in ('cancelled', 'completed', 'failed', 'partially_completed')"


def upgrade() -> None:
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("ring_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rings", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_outbox_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_ring_at", "outbox", ["ring_at"])
    op.execute(
        "insert into outbox (job_id, ring_at)"  # noqa: S608 - a constant of ours
        f" select id, coalesce(not_before, now()) from jobs where {_OPEN}"
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=256), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
    )
    op.add_column("jobs", sa.Column("wait_reason", sa.String(length=32), nullable=True))
    for name in ("wait_until", "trim_after", "trimmed_at"):
        op.add_column("jobs", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("update jobs set trim_after = finished_at + interval '30 days'")
    op.create_index(
        "ix_jobs_untrimmed",
        "jobs",
        ["trim_after"],
        postgresql_where=sa.text("trim_after is not null and trimmed_at is null"),
    )
    op.add_column("legs", sa.Column("kept_attempts", sa.Integer(), nullable=True))
    op.add_column(
        "legs", sa.Column("kept_fees", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("legs", "kept_fees")
    op.drop_column("legs", "kept_attempts")
    op.drop_index("ix_jobs_untrimmed", table_name="jobs")
    for name in ("trimmed_at", "trim_after", "wait_until", "wait_reason"):
        op.drop_column("jobs", name)
    op.drop_table("schedules")
    op.drop_table("switches")
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_outbox_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_job_id", "outbox", ["job_id"])
    op.create_index(
        "ix_outbox_unpublished",
        "outbox",
        ["id"],
        postgresql_where=sa.text("published_at is null"),
    )
    op.execute(f"insert into outbox (job_id) select id from jobs where {_OPEN}")  # noqa: S608
