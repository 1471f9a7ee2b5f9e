"""Samples of exposure over time, and the funding that a restore's legs were planned with.

Revision: 0004
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exposures",
        sa.Column("account_id", sa.Uuid(), nullable=False),
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
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("long_value", sa.Numeric(), nullable=False),
        sa.Column("short_value", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "long_value >= 0 and short_value >= 0", name=op.f("ck_exposures_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_exposures_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "market_type", "at", name=op.f("pk_exposures")),
    )
    op.create_index("ix_exposures_at", "exposures", ["at"])
    op.create_index(
        "ix_jobs_filled",
        "jobs",
        ["account_id", "finished_at"],
        postgresql_where=sa.text("state in ('completed', 'partially_completed')"),
    )
    op.add_column("legs", sa.Column("funding", sa.Numeric(), nullable=True))


def downgrade() -> None:
    op.drop_column("legs", "funding")
    op.drop_index("ix_jobs_filled", table_name="jobs")
    op.drop_table("exposures")
