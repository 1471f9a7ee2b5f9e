"""Settings of a person, what an account exempts, sign-ins.

Revision: 0005
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column(
        "users", sa.Column("settings", json, server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(
        "accounts", sa.Column("exempt", json, server_default=sa.text("'[]'"), nullable=False)
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("remote_addr", postgresql.INET(), nullable=True),
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
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index("ix_sign_ins_user_id_last_seen_at", "sign_ins", ["user_id", "last_seen_at"])
    op.create_index("ix_snapshots_job_id", "snapshots", ["job_id"])


def downgrade() -> None:
    op.drop_index("ix_snapshots_job_id", table_name="snapshots")
    op.drop_table("sign_ins")
    op.drop_column("accounts", "exempt")
    op.drop_column("users", "settings")
