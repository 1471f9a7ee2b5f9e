"""People, accounts, jobs with their legs and attempts, fills, snapshots, outbox, audit log.

Revision: 0001
Follows:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("first_name", sa.String(length=256), nullable=False),
        sa.Column("last_name", sa.String(length=256), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=True),
        sa.Column("language_code", sa.String(length=16), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("telegram_id", name=op.f("uq_users_telegram_id")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("api_key_enc", sa.String(), nullable=True),
        sa.Column("api_secret_enc", sa.String(), nullable=True),
        sa.Column("api_key_tail", sa.String(length=4), nullable=False),
        sa.Column("key_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("permissions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("can_trade_spot", sa.Boolean(), nullable=False),
        sa.Column("can_trade_futures", sa.Boolean(), nullable=False),
        sa.Column("has_ip_list", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "environment in ('mainnet', 'testnet', 'demo', 'sandbox')",
            name=op.f("ck_accounts_environment"),
        ),
        sa.CheckConstraint(
            "removed_at is not null or (api_key_enc is not null and api_secret_enc is not null)",
            name=op.f("ck_accounts_live_account_has_keys"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_accounts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index(
        "uq_accounts_default",
        "accounts",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("is_default and removed_at is null"),
    )
    op.create_index(
        "uq_accounts_key",
        "accounts",
        ["user_id", "environment", "key_fingerprint"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("remote_addr", postgresql.INET(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_log_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_user_id_id", "audit_log", ["user_id", "id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("queue_no", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reduce",
                "restore",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "market_type",
            sa.Enum(
                "spot",
                "futures",
                name="market_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "planning",
                "executing",
                "completed",
                "partially_completed",
                "failed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("effective_percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_detail", sa.String(length=512), nullable=True),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state in ('cancelled', 'completed', 'failed', 'partially_completed'))"
            " = (finished_at is not null)",
            name=op.f("ck_jobs_ended_has_time"),
        ),
        sa.CheckConstraint("lease_epoch >= 0 and version >= 1", name=op.f("ck_jobs_counters")),
        sa.CheckConstraint("percent > 0 and percent <= 100", name=op.f("ck_jobs_percent")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_jobs_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_jobs_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint(
            "user_id", "idempotency_key", name=op.f("uq_jobs_user_id_idempotency_key")
        ),
    )
    op.create_index(
        "ix_jobs_open",
        "jobs",
        ["account_id", "queue_no"],
        unique=False,
        postgresql_where=sa.text(
            "not (state in ('cancelled', 'completed', 'failed', 'partially_completed'))"
        ),
    )
    op.create_index("ix_jobs_user_id_id", "jobs", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_jobs_running",
        "jobs",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("state in ('executing', 'planning')"),
    )
    op.create_table(
        "legs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("position_side", sa.String(length=4), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("position_idx", sa.Integer(), nullable=False),
        sa.Column("reduce_only", sa.Boolean(), nullable=False),
        sa.Column("size_before", sa.Numeric(), nullable=False),
        sa.Column("qty_planned", sa.Numeric(), nullable=False),
        sa.Column("owed_qty", sa.Numeric(), nullable=False),
        sa.Column("max_order_qty", sa.Numeric(), nullable=False),
        sa.Column("base_coin", sa.String(length=32), nullable=False),
        sa.Column("settle_coin", sa.String(length=32), nullable=False),
        sa.Column("min_qty", sa.Numeric(), nullable=True),
        sa.Column("min_notional", sa.Numeric(), nullable=True),
        sa.Column("limit_price", sa.Numeric(), nullable=True),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("notional", sa.Numeric(), nullable=False),
        sa.Column("effective_percent", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("leverage", sa.Numeric(), nullable=True),
        sa.Column("take_profit", sa.Numeric(), nullable=True),
        sa.Column("stop_loss", sa.Numeric(), nullable=True),
        sa.Column("snapshot_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "working",
                "filled",
                "partially_filled",
                "rejected",
                "skipped",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("reason_detail", sa.String(length=512), nullable=True),
        sa.Column("qty_filled", sa.Numeric(), nullable=False),
        sa.Column("avg_price", sa.Numeric(), nullable=True),
        sa.Column("protection", sa.String(length=16), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "category in ('linear', 'inverse', 'spot')", name=op.f("ck_legs_category")
        ),
        sa.CheckConstraint("position_side in ('Buy', 'Sell')", name=op.f("ck_legs_position_side")),
        sa.CheckConstraint(
            "protection in ('pending', 'restored', 'failed')", name=op.f("ck_legs_protection")
        ),
        sa.CheckConstraint("side in ('Buy', 'Sell')", name=op.f("ck_legs_side")),
        sa.CheckConstraint(
            "state <> 'filled' or qty_filled = qty_planned", name=op.f("ck_legs_filled_is_filled")
        ),
        sa.CheckConstraint(
            "state <> 'skipped' or qty_filled = 0", name=op.f("ck_legs_skipped_has_no_fill")
        ),
        sa.CheckConstraint("position_idx between 0 and 2", name=op.f("ck_legs_position_idx")),
        sa.CheckConstraint(
            "qty_filled >= 0 and qty_filled <= qty_planned", name=op.f("ck_legs_never_over_plan")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_legs_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legs")),
        sa.UniqueConstraint("job_id", "seq", name=op.f("uq_legs_job_id_seq")),
    )
    op.create_index("ix_legs_snapshot_id", "legs", ["snapshot_id"], unique=False)
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
    op.create_index("ix_outbox_job_id", "outbox", ["job_id"], unique=False)
    op.create_index(
        "ix_outbox_unpublished",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("published_at is null"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("leg_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_link_id", sa.String(length=36), nullable=False),
        sa.Column("qty", sa.Numeric(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "intended",
                "unknown",
                "acknowledged",
                "filled",
                "partially_filled",
                "rejected",
                "cancelled",
                "never_reached",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("order_id", sa.String(length=64), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(length=512), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("qty_filled", sa.Numeric(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("n >= 1", name=op.f("ck_attempts_n")),
        sa.CheckConstraint("qty > 0", name=op.f("ck_attempts_qty")),
        sa.CheckConstraint(
            "qty_filled >= 0 and qty_filled <= qty", name=op.f("ck_attempts_never_over_filled")
        ),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name=op.f("fk_attempts_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("leg_id", "n", name=op.f("uq_attempts_leg_id_n")),
        sa.UniqueConstraint("order_link_id", name=op.f("uq_attempts_order_link_id")),
    )
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["leg_id"],
        unique=True,
        postgresql_where=sa.text("state in ('acknowledged', 'intended', 'unknown')"),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("leg_id", sa.Uuid(), nullable=False),
        sa.Column(
            "market_type",
            sa.Enum(
                "spot",
                "futures",
                name="market_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("position_idx", sa.Integer(), nullable=False),
        sa.Column("qty_closed", sa.Numeric(), nullable=False),
        sa.Column("qty_restored", sa.Numeric(), nullable=False),
        sa.Column("closed_price", sa.Numeric(), nullable=False),
        sa.Column("leverage", sa.Numeric(), nullable=True),
        sa.Column("take_profit", sa.Numeric(), nullable=True),
        sa.Column("stop_loss", sa.Numeric(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("qty_closed > 0", name=op.f("ck_snapshots_closed")),
        sa.CheckConstraint(
            "qty_restored >= 0 and qty_restored <= qty_closed",
            name=op.f("ck_snapshots_never_over_restored"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_snapshots_account_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_snapshots_job_id")),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name=op.f("fk_snapshots_leg_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_snapshots_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("leg_id", name=op.f("uq_snapshots_leg_id")),
    )
    # Legs and snapshots refer to each other: this side can only follow.
    op.create_foreign_key(op.f("fk_legs_snapshot_id"), "legs", "snapshots", ["snapshot_id"], ["id"])
    op.create_index(
        "ix_snapshots_restorable",
        "snapshots",
        ["account_id", "market_type", "id"],
        unique=False,
        postgresql_where=sa.text("qty_restored < qty_closed"),
    )
    op.create_table(
        "fills",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("leg_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("exec_id", sa.String(length=64), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("qty", sa.Numeric(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("fee", sa.Numeric(), nullable=False),
        sa.Column("fee_currency", sa.String(length=32), nullable=False),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("qty > 0 and price > 0", name=op.f("ck_fills_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_fills_account_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_fills_attempt_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_fills_job_id")),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name=op.f("fk_fills_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fills")),
        sa.UniqueConstraint("account_id", "exec_id", name=op.f("uq_fills_account_id_exec_id")),
    )
    op.create_index("ix_fills_attempt_id", "fills", ["attempt_id"], unique=False)
    op.create_index("ix_fills_job_id", "fills", ["job_id"], unique=False)
    op.create_index("ix_fills_leg_id", "fills", ["leg_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_fills_leg_id", table_name="fills")
    op.drop_index("ix_fills_job_id", table_name="fills")
    op.drop_index("ix_fills_attempt_id", table_name="fills")
    op.drop_table("fills")
    op.drop_constraint(op.f("fk_legs_snapshot_id"), "legs", type_="foreignkey")
    op.drop_index(
        "ix_snapshots_restorable",
        table_name="snapshots",
        postgresql_where=sa.text("qty_restored < qty_closed"),
    )
    op.drop_table("snapshots")
    op.drop_index(
        "uq_attempts_open",
        table_name="attempts",
        postgresql_where=sa.text("state in ('acknowledged', 'intended', 'unknown')"),
    )
    op.drop_table("attempts")
    op.drop_index(
        "ix_outbox_unpublished",
        table_name="outbox",
        postgresql_where=sa.text("published_at is null"),
    )
    op.drop_index("ix_outbox_job_id", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_legs_snapshot_id", table_name="legs")
    op.drop_table("legs")
    op.drop_index(
        "uq_jobs_running",
        table_name="jobs",
        postgresql_where=sa.text("state in ('executing', 'planning')"),
    )
    op.drop_index("ix_jobs_user_id_id", table_name="jobs")
    op.drop_index(
        "ix_jobs_open",
        table_name="jobs",
        postgresql_where=sa.text(
            "not (state in ('cancelled', 'completed', 'failed', 'partially_completed'))"
        ),
    )
    op.drop_table("jobs")
    op.drop_index("ix_audit_log_user_id_id", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index(
        "uq_accounts_key", table_name="accounts", postgresql_where=sa.text("removed_at is null")
    )
    op.drop_index(
        "uq_accounts_default",
        table_name="accounts",
        postgresql_where=sa.text("is_default and removed_at is null"),
    )
    op.drop_table("accounts")
    op.drop_table("users")
